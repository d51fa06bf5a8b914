from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
FEATURE_VARIANT_LN_FE: FeatureVariant
FEATURE_VARIANT_L_FE: FeatureVariant
FEATURE_VARIANT_SL_FE: FeatureVariant
FEATURE_VARIANT_UNSPECIFIED: FeatureVariant
FRAME_DROP_REASON_INFERENCE_FAILED: FrameDropReason
FRAME_DROP_REASON_RATE_LIMITED: FrameDropReason
FRAME_DROP_REASON_SHUTDOWN: FrameDropReason
FRAME_DROP_REASON_SUPERSEDED: FrameDropReason
FRAME_DROP_REASON_UNSPECIFIED: FrameDropReason
FRAME_DROP_REASON_WORKER_LOST: FrameDropReason
HEATMAP_ENCODING_FULL_F32: HeatmapEncoding
HEATMAP_ENCODING_FULL_U8: HeatmapEncoding
HEATMAP_ENCODING_NATIVE_F32: HeatmapEncoding
HEATMAP_ENCODING_PNG: HeatmapEncoding
HEATMAP_ENCODING_UNSPECIFIED: HeatmapEncoding

class AnalysisTiming(_message.Message):
    __slots__ = ["decode_us", "explanation_us", "inference_us", "publish_us", "queue_us"]
    DECODE_US_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_US_FIELD_NUMBER: _ClassVar[int]
    INFERENCE_US_FIELD_NUMBER: _ClassVar[int]
    PUBLISH_US_FIELD_NUMBER: _ClassVar[int]
    QUEUE_US_FIELD_NUMBER: _ClassVar[int]
    decode_us: int
    explanation_us: int
    inference_us: int
    publish_us: int
    queue_us: int
    def __init__(self, decode_us: _Optional[int] = ..., queue_us: _Optional[int] = ..., inference_us: _Optional[int] = ..., explanation_us: _Optional[int] = ..., publish_us: _Optional[int] = ...) -> None: ...

class ClassScore(_message.Message):
    __slots__ = ["class_id", "class_name", "logit", "present", "probability"]
    CLASS_ID_FIELD_NUMBER: _ClassVar[int]
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    LOGIT_FIELD_NUMBER: _ClassVar[int]
    PRESENT_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FIELD_NUMBER: _ClassVar[int]
    class_id: int
    class_name: str
    logit: float
    present: bool
    probability: float
    def __init__(self, class_id: _Optional[int] = ..., class_name: _Optional[str] = ..., logit: _Optional[float] = ..., probability: _Optional[float] = ..., present: bool = ...) -> None: ...

class Detection(_message.Message):
    __slots__ = ["box", "class_id", "class_name", "confidence", "input_box", "outline"]
    BOX_FIELD_NUMBER: _ClassVar[int]
    CLASS_ID_FIELD_NUMBER: _ClassVar[int]
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    INPUT_BOX_FIELD_NUMBER: _ClassVar[int]
    OUTLINE_FIELD_NUMBER: _ClassVar[int]
    box: NormalizedBox
    class_id: int
    class_name: str
    confidence: float
    input_box: PixelBox
    outline: _containers.RepeatedCompositeFieldContainer[NormalizedPoint]
    def __init__(self, class_id: _Optional[int] = ..., class_name: _Optional[str] = ..., box: _Optional[_Union[NormalizedBox, _Mapping]] = ..., input_box: _Optional[_Union[PixelBox, _Mapping]] = ..., confidence: _Optional[float] = ..., outline: _Optional[_Iterable[_Union[NormalizedPoint, _Mapping]]] = ...) -> None: ...

class FrameAnalysis(_message.Message):
    __slots__ = ["age_us", "batch_size", "capture_time", "class_scores", "detections", "feed_id", "frame_height", "frame_width", "frames_dropped", "heatmaps", "media_name", "media_time_us", "model", "preview", "region_features", "sequence", "timing"]
    AGE_US_FIELD_NUMBER: _ClassVar[int]
    BATCH_SIZE_FIELD_NUMBER: _ClassVar[int]
    CAPTURE_TIME_FIELD_NUMBER: _ClassVar[int]
    CLASS_SCORES_FIELD_NUMBER: _ClassVar[int]
    DETECTIONS_FIELD_NUMBER: _ClassVar[int]
    FEED_ID_FIELD_NUMBER: _ClassVar[int]
    FRAMES_DROPPED_FIELD_NUMBER: _ClassVar[int]
    FRAME_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    FRAME_WIDTH_FIELD_NUMBER: _ClassVar[int]
    HEATMAPS_FIELD_NUMBER: _ClassVar[int]
    MEDIA_NAME_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TIME_US_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    REGION_FEATURES_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TIMING_FIELD_NUMBER: _ClassVar[int]
    age_us: int
    batch_size: int
    capture_time: _timestamp_pb2.Timestamp
    class_scores: _containers.RepeatedCompositeFieldContainer[ClassScore]
    detections: _containers.RepeatedCompositeFieldContainer[Detection]
    feed_id: str
    frame_height: int
    frame_width: int
    frames_dropped: _containers.RepeatedCompositeFieldContainer[FrameDrops]
    heatmaps: _containers.RepeatedCompositeFieldContainer[Heatmap]
    media_name: str
    media_time_us: int
    model: ModelReference
    preview: Preview
    region_features: _containers.RepeatedCompositeFieldContainer[RegionFeature]
    sequence: int
    timing: AnalysisTiming
    def __init__(self, feed_id: _Optional[str] = ..., sequence: _Optional[int] = ..., media_time_us: _Optional[int] = ..., capture_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., model: _Optional[_Union[ModelReference, _Mapping]] = ..., frame_width: _Optional[int] = ..., frame_height: _Optional[int] = ..., class_scores: _Optional[_Iterable[_Union[ClassScore, _Mapping]]] = ..., detections: _Optional[_Iterable[_Union[Detection, _Mapping]]] = ..., heatmaps: _Optional[_Iterable[_Union[Heatmap, _Mapping]]] = ..., region_features: _Optional[_Iterable[_Union[RegionFeature, _Mapping]]] = ..., timing: _Optional[_Union[AnalysisTiming, _Mapping]] = ..., batch_size: _Optional[int] = ..., age_us: _Optional[int] = ..., frames_dropped: _Optional[_Iterable[_Union[FrameDrops, _Mapping]]] = ..., media_name: _Optional[str] = ..., preview: _Optional[_Union[Preview, _Mapping]] = ...) -> None: ...

class FrameDrops(_message.Message):
    __slots__ = ["count", "reason"]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    count: int
    reason: FrameDropReason
    def __init__(self, reason: _Optional[_Union[FrameDropReason, str]] = ..., count: _Optional[int] = ...) -> None: ...

class Heatmap(_message.Message):
    __slots__ = ["class_id", "data", "encoding", "height", "width"]
    CLASS_ID_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    class_id: int
    data: bytes
    encoding: HeatmapEncoding
    height: int
    width: int
    def __init__(self, class_id: _Optional[int] = ..., encoding: _Optional[_Union[HeatmapEncoding, str]] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., data: _Optional[bytes] = ...) -> None: ...

class ModelReference(_message.Message):
    __slots__ = ["name", "version"]
    NAME_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    name: str
    version: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ...) -> None: ...

class NormalizedBox(_message.Message):
    __slots__ = ["x1", "x2", "y1", "y2"]
    X1_FIELD_NUMBER: _ClassVar[int]
    X2_FIELD_NUMBER: _ClassVar[int]
    Y1_FIELD_NUMBER: _ClassVar[int]
    Y2_FIELD_NUMBER: _ClassVar[int]
    x1: float
    x2: float
    y1: float
    y2: float
    def __init__(self, x1: _Optional[float] = ..., y1: _Optional[float] = ..., x2: _Optional[float] = ..., y2: _Optional[float] = ...) -> None: ...

class NormalizedPoint(_message.Message):
    __slots__ = ["x", "y"]
    X_FIELD_NUMBER: _ClassVar[int]
    Y_FIELD_NUMBER: _ClassVar[int]
    x: float
    y: float
    def __init__(self, x: _Optional[float] = ..., y: _Optional[float] = ...) -> None: ...

class PixelBox(_message.Message):
    __slots__ = ["x1", "x2", "y1", "y2"]
    X1_FIELD_NUMBER: _ClassVar[int]
    X2_FIELD_NUMBER: _ClassVar[int]
    Y1_FIELD_NUMBER: _ClassVar[int]
    Y2_FIELD_NUMBER: _ClassVar[int]
    x1: int
    x2: int
    y1: int
    y2: int
    def __init__(self, x1: _Optional[int] = ..., y1: _Optional[int] = ..., x2: _Optional[int] = ..., y2: _Optional[int] = ...) -> None: ...

class Preview(_message.Message):
    __slots__ = ["height", "jpeg", "width"]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    JPEG_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    height: int
    jpeg: bytes
    width: int
    def __init__(self, width: _Optional[int] = ..., height: _Optional[int] = ..., jpeg: _Optional[bytes] = ...) -> None: ...

class RegionFeature(_message.Message):
    __slots__ = ["class_id", "class_name", "input_box", "values", "values_f16", "variant"]
    CLASS_ID_FIELD_NUMBER: _ClassVar[int]
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    INPUT_BOX_FIELD_NUMBER: _ClassVar[int]
    VALUES_F16_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    class_id: int
    class_name: str
    input_box: PixelBox
    values: _containers.RepeatedScalarFieldContainer[float]
    values_f16: bytes
    variant: FeatureVariant
    def __init__(self, class_id: _Optional[int] = ..., class_name: _Optional[str] = ..., variant: _Optional[_Union[FeatureVariant, str]] = ..., input_box: _Optional[_Union[PixelBox, _Mapping]] = ..., values: _Optional[_Iterable[float]] = ..., values_f16: _Optional[bytes] = ...) -> None: ...

class HeatmapEncoding(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class FeatureVariant(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class FrameDropReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
