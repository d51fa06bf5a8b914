"""What the service sends, as NumPy arrays. Every object keeps its message of the contract as `message`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Dict, Optional, Tuple, Union

import numpy as np

from .v1 import analysis_pb2, analysis_service_pb2, feed_pb2, model_pb2


@dataclass(frozen=True)
class Frame:
    """What was seen in one frame."""

    feed_id: str
    sequence: int
    """Gap-free count of the feed's decoded frames, from 0."""
    media_time: float
    """Presentation time inside the media, seconds."""
    capture_time: datetime
    """When the frame left the decoder, by the service's clock, UTC."""
    class_names: Tuple[str, ...]
    probabilities: np.ndarray
    """(classes,) float32."""
    logits: np.ndarray
    """(classes,) float32."""
    present: np.ndarray
    """(classes,) bool."""
    box_classes: np.ndarray
    """(n,) int64: the class of each box."""
    boxes: np.ndarray
    """(n, 4) float32: x1, y1, x2, y2 of the source frame, normalised to [0, 1], origin top left."""
    confidences: np.ndarray
    """(n,) float32."""
    heatmaps: Dict[int, np.ndarray]
    """Class to (h, w) float32 in [0, 1], of the classes that were asked for and are present."""
    feature_classes: np.ndarray
    """(m,) int64: the class of each row of features."""
    features: np.ndarray
    """(m, d) float32, d is 512; (0, 0) where none were asked for or nothing is present."""
    message: analysis_pb2.FrameAnalysis = field(repr=False)

    def pixel_boxes(self) -> np.ndarray:
        """Boxes in pixels of the source frame, (n, 4) float32."""
        size = np.array([self.message.frame_width, self.message.frame_height] * 2, np.float32)
        return self.boxes * size


@dataclass(frozen=True)
class Started:
    """A configuration is in force; also after each reconnection."""

    model: model_pb2.Model = field(repr=False)
    message: analysis_service_pb2.Started = field(repr=False)


@dataclass(frozen=True)
class StateChange:
    """The feed's state changed. `state` is a word: starting, live, stalled, reconnecting, ended, failed."""

    state: str
    reason: str
    feed: feed_pb2.Feed = field(repr=False)


@dataclass(frozen=True)
class Gap:
    """Frames that will not come, both ends included."""

    from_sequence: int
    to_sequence: int
    reason: str


@dataclass(frozen=True)
class Annotation:
    """What somebody said about a frame: a caption, or the message's typed text or interaction graph."""

    sequence: int
    author: str
    caption: Optional[str]
    message: analysis_service_pb2.Annotation = field(repr=False)


@dataclass(frozen=True)
class Heartbeat:
    """Nothing else was sent for a second."""

    state: str
    message: analysis_service_pb2.Heartbeat = field(repr=False)


@dataclass(frozen=True)
class Reconnecting:
    """The connection was lost; the next try comes after `delay` seconds."""

    attempt: int
    delay: float
    reason: str


Event = Union[Frame, Started, StateChange, Gap, Annotation, Heartbeat, Reconnecting]


def frame_of(message: analysis_pb2.FrameAnalysis) -> Frame:
    scores = message.class_scores
    captured = message.capture_time
    return Frame(
        feed_id=message.feed_id,
        sequence=message.sequence,
        media_time=message.media_time_us / 1e6,
        capture_time=datetime.fromtimestamp(captured.seconds + captured.nanos / 1e9, timezone.utc),
        class_names=tuple(score.class_name for score in scores),
        probabilities=np.array([score.probability for score in scores], np.float32),
        logits=np.array([score.logit for score in scores], np.float32),
        present=np.array([score.present for score in scores], bool),
        box_classes=np.array([d.class_id for d in message.detections], np.int64),
        boxes=np.array([[d.box.x1, d.box.y1, d.box.x2, d.box.y2] for d in message.detections], np.float32).reshape(-1, 4),
        confidences=np.array([d.confidence for d in message.detections], np.float32),
        heatmaps={heatmap.class_id: heatmap_array(heatmap) for heatmap in message.heatmaps},
        feature_classes=np.array([f.class_id for f in message.region_features], np.int64),
        features=_features(message),
        message=message,
    )


def heatmap_array(heatmap: analysis_pb2.Heatmap) -> np.ndarray:
    """(h, w) float32 in [0, 1]. ValueError for PNG: its bytes are `heatmap.data`."""
    shape = (heatmap.height, heatmap.width)
    if heatmap.encoding == analysis_pb2.HEATMAP_ENCODING_FULL_U8:
        return np.frombuffer(heatmap.data, np.uint8).reshape(shape).astype(np.float32) / np.float32(255)
    if heatmap.encoding == analysis_pb2.HEATMAP_ENCODING_PNG:
        raise ValueError("the heatmap is a PNG; decode heatmap.data with a library for pictures")
    return np.frombuffer(heatmap.data, "<f4").reshape(shape)


def _features(message: analysis_pb2.FrameAnalysis) -> np.ndarray:
    rows = [
        np.frombuffer(feature.values_f16, "<f2").astype(np.float32)
        if feature.values_f16
        else np.array(feature.values, np.float32)
        for feature in message.region_features
    ]
    return np.stack(rows) if rows else np.zeros((0, 0), np.float32)


def word(enum, value: int) -> str:
    """FEED_STATE_LIVE as `live`: a value's name without what all names of the enum begin with."""
    names = enum.keys()
    prefix = names[0][: -len("UNSPECIFIED")]
    return enum.Name(value)[len(prefix) :].lower() if value in enum.values() else str(value)


def event_of(response: analysis_service_pb2.SubscribeResponse) -> Optional[Event]:
    """A response as an event; None for what later versions of the service may send."""
    kind = response.WhichOneof("response")
    if kind == "frame_analysis":
        return frame_of(response.frame_analysis)
    if kind == "started":
        return Started(response.started.model, response.started)
    if kind == "feed_state_change":
        feed = response.feed_state_change.feed
        return StateChange(word(feed_pb2.FeedState, feed.status.state), feed.status.reason, feed)
    if kind == "gap":
        gap = response.gap
        return Gap(gap.from_sequence, gap.to_sequence, word(analysis_service_pb2.GapReason, gap.reason))
    if kind == "annotation":
        said = response.annotation
        caption = said.caption if said.WhichOneof("content") == "caption" else None
        return Annotation(said.sequence, said.author, caption, said)
    if kind == "heartbeat":
        return Heartbeat(word(feed_pb2.FeedState, response.heartbeat.status.state), response.heartbeat)
    return None
