#!/usr/bin/env python3
"""Writes the region features of a live feed as the files of Pang et al. 2022, every analysed frame once:

    python save_features.py 127.0.0.1:50051 or-1 features [sl-fe|l-fe|ln-fe] [frames]

For every region `<frame>_<class>_<index>_<x1>,<y1>,<x2>,<y2>.npz` with the array `feat`, float32 [512], the tissue class
written as 10; last all regions as `<frame>.npy`, float32 [regions, 512]: where that is, the frame is complete. SL-FE has
no boxes: index 0, box 0,0,W,H of the model's input. The token, if the service wants one, is taken from SURGICAM_TOKEN;
SURGICAM_CA is the PEM file of its authority.
"""

import os
import pathlib
import sys
from collections import Counter

import numpy as np
import surgicam

TISSUE_NUMBER = 10


def save(folder, frame, model):
    name = f"frame{frame.sequence:06d}"
    counts = Counter()
    for feature, values in zip(frame.message.region_features, frame.features):
        index, counts[feature.class_id] = counts[feature.class_id], counts[feature.class_id] + 1
        box = feature.input_box if feature.HasField("input_box") else None
        x1, y1, x2, y2 = (box.x1, box.y1, box.x2, box.y2) if box else (0, 0, model.input_width, model.input_height)
        is_tissue = model.HasField("tissue_class_id") and feature.class_id == model.tissue_class_id
        number = TISSUE_NUMBER if is_tissue else feature.class_id
        np.savez(folder / f"{name}_{number}_{index}_{x1},{y1},{x2},{y2}.npz", feat=values)
    part = folder / f"{name}.npy.part"
    with open(part, "wb") as file:
        np.save(file, frame.features.reshape(-1, 512))
    part.rename(folder / f"{name}.npy")


def main(address="127.0.0.1:50051", feed="or-1", out="features", variant="sl-fe", frames="0"):
    folder = pathlib.Path(out, feed)
    folder.mkdir(parents=True, exist_ok=True)
    token, ca = os.environ.get("SURGICAM_TOKEN"), os.environ.get("SURGICAM_CA")
    model, saved = None, 0
    with surgicam.connect(address, token=token, ca=ca) as client:
        subscription = client.subscribe(feed, features=variant, delivery="every_frame")
        for event in subscription.events():
            if isinstance(event, surgicam.Started):
                model = event.model
            elif isinstance(event, surgicam.Gap):
                print(f"frames {event.from_sequence} to {event.to_sequence} are lost: {event.reason}", file=sys.stderr)
            elif isinstance(event, surgicam.Reconnecting):
                print(f"{event.reason}; trying again", file=sys.stderr)
            elif isinstance(event, surgicam.Frame):
                save(folder, event, model)
                saved += 1
                if saved == int(frames):
                    break
        subscription.close()
    print(f"{saved} frames in {folder}")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except surgicam.SurgicamError as error:
        sys.exit(f"{type(error).__name__}: {error}")
