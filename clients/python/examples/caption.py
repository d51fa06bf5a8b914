#!/usr/bin/env python3
"""A captioning service in outline: follows a feed, and says a sentence about it whenever what is seen changes.

    python caption.py 127.0.0.1:50051 or-1 [captions]

A real one would feed `frame.features` to its language model; this one names what is present.
"""

import sys

import surgicam


def main(address="127.0.0.1:50051", feed="or-1", captions="0"):
    before, said = None, 0
    with surgicam.connect(address) as client:
        subscription = client.subscribe(feed, features="sl-fe", max_rate=5)
        for frame in subscription:
            seen = [name for name, present in zip(frame.class_names, frame.present) if present]
            if seen == before:
                continue
            before = seen
            caption = "I see " + (", ".join(seen) if seen else "no instrument") + "."
            subscription.annotate(frame.sequence, caption)
            print(frame.sequence, caption, flush=True)
            said += 1
            if said == int(captions):
                subscription.close()


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except surgicam.SurgicamError as error:
        sys.exit(f"{type(error).__name__}: {error}")
