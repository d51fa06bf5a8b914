"""What a caller wants, as the messages of the contract."""

from __future__ import annotations

from typing import Iterable, Mapping, Optional, TypeVar

from .v1 import analysis_options_pb2 as options_pb2
from .v1 import analysis_pb2, analysis_service_pb2, feed_pb2

FEATURES = {
    "sl-fe": analysis_pb2.FEATURE_VARIANT_SL_FE,
    "l-fe": analysis_pb2.FEATURE_VARIANT_L_FE,
    "ln-fe": analysis_pb2.FEATURE_VARIANT_LN_FE,
}
HEATMAPS = {
    "native": analysis_pb2.HEATMAP_ENCODING_NATIVE_F32,
    "full": analysis_pb2.HEATMAP_ENCODING_FULL_F32,
    "full-u8": analysis_pb2.HEATMAP_ENCODING_FULL_U8,
}
DELIVERIES = {
    "latest": analysis_service_pb2.DELIVERY_LATEST,
    "every_frame": analysis_service_pb2.DELIVERY_EVERY_FRAME,
}
PACINGS = {"live": feed_pb2.PACING_LIVE, "every_frame": feed_pb2.PACING_EVERY_FRAME}
PUSH_FORMATS = {
    "mpeg-ts": feed_pb2.PUSH_FORMAT_MPEG_TS,
    "mp4": feed_pb2.PUSH_FORMAT_MP4,
    "matroska": feed_pb2.PUSH_FORMAT_MATROSKA,
    "h264": feed_pb2.PUSH_FORMAT_H264,
    "h265": feed_pb2.PUSH_FORMAT_H265,
    "pictures": feed_pb2.PUSH_FORMAT_PICTURES,
    "rgb24": feed_pb2.PUSH_FORMAT_RGB24,
}

T = TypeVar("T")


def chosen(name: str, value: str, choices: Mapping[str, T]) -> T:
    """The meaning of a word. ValueError: names the parameter, the value and the allowed ones."""
    if value not in choices:
        raise ValueError(f"{name} is {value!r}; allowed: {', '.join(choices)}")
    return choices[value]


def outputs_of(
    boxes: bool = True,
    outlines: bool = False,
    features: Optional[str] = None,
    heatmaps: Optional[str] = None,
    heatmap_classes: Iterable[int] = (),
    preview_width: Optional[int] = None,
) -> options_pb2.AnalysisOutputs:
    outputs = options_pb2.AnalysisOutputs(boxes=boxes, outlines=outlines)
    if features is not None:
        outputs.region_features.variant = chosen("features", features, FEATURES)
    if heatmaps is not None:
        outputs.heatmaps.encoding = chosen("heatmaps", heatmaps, HEATMAPS)
        outputs.heatmaps.class_ids.extend(heatmap_classes)
    if preview_width is not None:
        outputs.preview.max_width = preview_width
    return outputs


def thresholds_of(
    class_threshold: Optional[float] = None, roi_threshold: Optional[float] = None
) -> Optional[options_pb2.AnalysisThresholds]:
    if class_threshold is None and roi_threshold is None:
        return None
    return options_pb2.AnalysisThresholds(class_threshold=class_threshold, roi_threshold=roi_threshold)
