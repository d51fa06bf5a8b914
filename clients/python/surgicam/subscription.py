"""A subscription that survives lost connections."""

from __future__ import annotations

import queue
import random
import threading
import time
from typing import Iterator, Optional

import grpc

from .errors import NotFound, SurgicamError, Unavailable, error_of
from .frames import Event, Frame, Gap, Reconnecting, StateChange, event_of
from .v1 import analysis_service_pb2 as pb

_FIRST_DELAY, _LONGEST_DELAY = 0.1, 5.0
_LOST = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED, grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN)


class Subscription:
    """Frames of a feed; iterate it, or its `events()`.

    A lost connection is made again and the feed goes on behind the last frame: with delivery `every_frame` no sequence
    is lost or repeated as far as the history of the service reaches, and a Gap event names what is not there any more.
    It ends when the feed ends, is deleted, or `close()` is called; a failed feed raises FailedPrecondition.
    """

    def __init__(self, stub, configuration: pb.SubscriptionConfiguration, give_up_after: Optional[float]) -> None:
        self._stub = stub
        self._configuration = configuration
        self._give_up_after = give_up_after
        self._every_frame = configuration.delivery == pb.DELIVERY_EVERY_FRAME
        self._last: Optional[int] = (
            configuration.resume_after_sequence if configuration.HasField("resume_after_sequence") else None
        )
        self._life = None
        self._paused = False
        self._closed = threading.Event()
        self._lock = threading.Lock()
        self._requests: "queue.SimpleQueue[Optional[pb.SubscribeRequest]]" = queue.SimpleQueue()
        self._call = None

    @property
    def last_sequence(self) -> Optional[int]:
        """Number of the newest frame or gap that was given out."""
        return self._last

    def __iter__(self) -> Iterator[Frame]:
        for event in self.events():
            if isinstance(event, Frame):
                yield event

    def events(self) -> Iterator[Event]:
        """Everything that the service sends: frames, gaps, states, annotations, heartbeats; and reconnections."""
        attempt, lost_at, was_connected = 0, 0.0, False
        while not self._closed.is_set():
            call = self._connect()
            try:
                for response in call:
                    was_connected, attempt = True, 0
                    event = self._accept(response)
                    if event is not None:
                        yield event
                return
            except grpc.RpcError as failure:
                if self._closed.is_set():
                    return
                error = error_of(failure)
                attempt += 1
                if attempt == 1:
                    lost_at = time.monotonic()
                self._fail_unless_worth_a_try(error, was_connected, time.monotonic() - lost_at)
            finally:
                call.cancel()
                self._requests.put(None)
            longest = min(_LONGEST_DELAY, _FIRST_DELAY * 2 ** (attempt - 1))
            delay = max(error.retry_delay or 0.0, longest) * random.uniform(0.5, 1.0)
            yield Reconnecting(attempt, delay, str(error))
            self._closed.wait(delay)

    def acknowledge(self, sequence: int) -> None:
        """Tells that everything up to this frame was dealt with."""
        self._send(pb.SubscribeRequest(acknowledge=pb.Acknowledge(sequence=sequence)))

    def annotate(self, sequence: int, caption: Optional[str] = None, *, text: Optional[str] = None,
                 media_type: str = "text/plain", interactions=()) -> None:
        """Says something about a frame to the other subscribers: one of a caption, a text of a media type, or
        interactions as (tool, interaction, tissue) triples."""
        annotate = pb.Annotate(sequence=sequence)
        if (caption is not None) + (text is not None) + bool(interactions) != 1:
            raise ValueError("annotate takes exactly one of caption, text and interactions")
        if caption is not None:
            annotate.caption = caption
        elif text is not None:
            annotate.typed_text.CopyFrom(pb.TypedText(media_type=media_type, text=text))
        else:
            graph = annotate.interaction_graph
            graph.interactions.extend(pb.Interaction(tool=a, interaction=b, tissue=c) for a, b, c in interactions)
        self._send(pb.SubscribeRequest(annotate=annotate))

    def pause(self) -> None:
        """Only heartbeats come until `resume()`."""
        self._paused = True
        self._send(pb.SubscribeRequest(pause=pb.Pause()))

    def resume(self) -> None:
        self._paused = False
        self._send(pb.SubscribeRequest(resume=pb.Resume()))

    def close(self) -> None:
        """Ends the iteration; may be called from any thread."""
        self._closed.set()
        with self._lock:
            if self._call is not None:
                self._call.cancel()

    def _connect(self):
        configuration = pb.SubscriptionConfiguration()
        configuration.CopyFrom(self._configuration)
        if self._every_frame and self._last is not None:
            configuration.resume_after_sequence = self._last
        requests: "queue.SimpleQueue[Optional[pb.SubscribeRequest]]" = queue.SimpleQueue()
        requests.put(pb.SubscribeRequest(configure=configuration))
        if self._paused:
            requests.put(pb.SubscribeRequest(pause=pb.Pause()))
        with self._lock:
            self._requests = requests
            self._call = self._stub.Subscribe(iter(requests.get, None), wait_for_ready=False)
            if self._closed.is_set():
                self._call.cancel()
            return self._call

    def _accept(self, response: pb.SubscribeResponse) -> Optional[Event]:
        event = event_of(response)
        if isinstance(event, StateChange):
            created = (event.feed.create_time.seconds, event.feed.create_time.nanos)
            if self._life is not None and created != self._life:
                self._last = None  # another feed under the same name counts from 0
            self._life = created
        elif isinstance(event, Frame):
            if self._every_frame and self._last is not None and event.sequence <= self._last:
                return None
            self._last = event.sequence
        elif isinstance(event, Gap):
            self._last = max(event.to_sequence, -1 if self._last is None else self._last)
        return event

    def _fail_unless_worth_a_try(self, error: SurgicamError, was_connected: bool, lost_for: float) -> None:
        # A service that was started again may not have the feed yet.
        lost = isinstance(error, Unavailable) or (
            was_connected and (error.code in _LOST or isinstance(error, NotFound))
        )
        if not lost or (self._give_up_after is not None and lost_for >= self._give_up_after):
            raise error

    def _send(self, request: pb.SubscribeRequest) -> None:
        with self._lock:
            self._requests.put(request)
