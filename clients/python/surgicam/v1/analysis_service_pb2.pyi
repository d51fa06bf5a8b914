from google.protobuf import timestamp_pb2 as _timestamp_pb2
from surgicam.v1 import analysis_pb2 as _analysis_pb2
from surgicam.v1 import analysis_options_pb2 as _analysis_options_pb2
from surgicam.v1 import feed_pb2 as _feed_pb2
from surgicam.v1 import model_pb2 as _model_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DELIVERY_EVERY_FRAME: Delivery
DELIVERY_LATEST: Delivery
DELIVERY_UNSPECIFIED: Delivery
DESCRIPTOR: _descriptor.FileDescriptor
GAP_REASON_HISTORY_EXCEEDED: GapReason
GAP_REASON_NOT_COMPUTED: GapReason
GAP_REASON_PAUSED: GapReason
GAP_REASON_UNSPECIFIED: GapReason

class Acknowledge(_message.Message):
    __slots__ = ["sequence"]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    sequence: int
    def __init__(self, sequence: _Optional[int] = ...) -> None: ...

class AnalyzeImageRequest(_message.Message):
    __slots__ = ["image", "model_name", "outputs", "thresholds"]
    IMAGE_FIELD_NUMBER: _ClassVar[int]
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    THRESHOLDS_FIELD_NUMBER: _ClassVar[int]
    image: bytes
    model_name: str
    outputs: _analysis_options_pb2.AnalysisOutputs
    thresholds: _analysis_options_pb2.AnalysisThresholds
    def __init__(self, model_name: _Optional[str] = ..., image: _Optional[bytes] = ..., outputs: _Optional[_Union[_analysis_options_pb2.AnalysisOutputs, _Mapping]] = ..., thresholds: _Optional[_Union[_analysis_options_pb2.AnalysisThresholds, _Mapping]] = ...) -> None: ...

class AnalyzeImageResponse(_message.Message):
    __slots__ = ["frame_analysis"]
    FRAME_ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    frame_analysis: _analysis_pb2.FrameAnalysis
    def __init__(self, frame_analysis: _Optional[_Union[_analysis_pb2.FrameAnalysis, _Mapping]] = ...) -> None: ...

class AnalyzeStreamConfiguration(_message.Message):
    __slots__ = ["feed_id", "hardware_acceleration", "model_name", "outputs", "pacing", "source", "thresholds"]
    FEED_ID_FIELD_NUMBER: _ClassVar[int]
    HARDWARE_ACCELERATION_FIELD_NUMBER: _ClassVar[int]
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    PACING_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    THRESHOLDS_FIELD_NUMBER: _ClassVar[int]
    feed_id: str
    hardware_acceleration: _feed_pb2.HardwareAcceleration
    model_name: str
    outputs: _analysis_options_pb2.AnalysisOutputs
    pacing: _feed_pb2.Pacing
    source: _feed_pb2.PushSource
    thresholds: _analysis_options_pb2.AnalysisThresholds
    def __init__(self, feed_id: _Optional[str] = ..., source: _Optional[_Union[_feed_pb2.PushSource, _Mapping]] = ..., model_name: _Optional[str] = ..., pacing: _Optional[_Union[_feed_pb2.Pacing, str]] = ..., hardware_acceleration: _Optional[_Union[_feed_pb2.HardwareAcceleration, str]] = ..., outputs: _Optional[_Union[_analysis_options_pb2.AnalysisOutputs, _Mapping]] = ..., thresholds: _Optional[_Union[_analysis_options_pb2.AnalysisThresholds, _Mapping]] = ...) -> None: ...

class AnalyzeStreamRequest(_message.Message):
    __slots__ = ["chunk", "configure", "media_time_us"]
    CHUNK_FIELD_NUMBER: _ClassVar[int]
    CONFIGURE_FIELD_NUMBER: _ClassVar[int]
    MEDIA_TIME_US_FIELD_NUMBER: _ClassVar[int]
    chunk: bytes
    configure: AnalyzeStreamConfiguration
    media_time_us: int
    def __init__(self, configure: _Optional[_Union[AnalyzeStreamConfiguration, _Mapping]] = ..., chunk: _Optional[bytes] = ..., media_time_us: _Optional[int] = ...) -> None: ...

class AnalyzeStreamResponse(_message.Message):
    __slots__ = ["annotation", "feed_state_change", "frame_analysis", "gap", "heartbeat", "skipped", "started"]
    ANNOTATION_FIELD_NUMBER: _ClassVar[int]
    FEED_STATE_CHANGE_FIELD_NUMBER: _ClassVar[int]
    FRAME_ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    annotation: Annotation
    feed_state_change: FeedStateChange
    frame_analysis: _analysis_pb2.FrameAnalysis
    gap: Gap
    heartbeat: Heartbeat
    skipped: SkippedAnalyses
    started: Started
    def __init__(self, started: _Optional[_Union[Started, _Mapping]] = ..., frame_analysis: _Optional[_Union[_analysis_pb2.FrameAnalysis, _Mapping]] = ..., feed_state_change: _Optional[_Union[FeedStateChange, _Mapping]] = ..., gap: _Optional[_Union[Gap, _Mapping]] = ..., annotation: _Optional[_Union[Annotation, _Mapping]] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ..., skipped: _Optional[_Union[SkippedAnalyses, _Mapping]] = ...) -> None: ...

class Annotate(_message.Message):
    __slots__ = ["caption", "interaction_graph", "sequence", "typed_text"]
    CAPTION_FIELD_NUMBER: _ClassVar[int]
    INTERACTION_GRAPH_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TYPED_TEXT_FIELD_NUMBER: _ClassVar[int]
    caption: str
    interaction_graph: InteractionGraph
    sequence: int
    typed_text: TypedText
    def __init__(self, sequence: _Optional[int] = ..., caption: _Optional[str] = ..., typed_text: _Optional[_Union[TypedText, _Mapping]] = ..., interaction_graph: _Optional[_Union[InteractionGraph, _Mapping]] = ...) -> None: ...

class Annotation(_message.Message):
    __slots__ = ["author", "caption", "interaction_graph", "receive_time", "sequence", "typed_text"]
    AUTHOR_FIELD_NUMBER: _ClassVar[int]
    CAPTION_FIELD_NUMBER: _ClassVar[int]
    INTERACTION_GRAPH_FIELD_NUMBER: _ClassVar[int]
    RECEIVE_TIME_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    TYPED_TEXT_FIELD_NUMBER: _ClassVar[int]
    author: str
    caption: str
    interaction_graph: InteractionGraph
    receive_time: _timestamp_pb2.Timestamp
    sequence: int
    typed_text: TypedText
    def __init__(self, sequence: _Optional[int] = ..., receive_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., caption: _Optional[str] = ..., typed_text: _Optional[_Union[TypedText, _Mapping]] = ..., interaction_graph: _Optional[_Union[InteractionGraph, _Mapping]] = ..., author: _Optional[str] = ...) -> None: ...

class AnnotationReceipt(_message.Message):
    __slots__ = ["receive_time", "sequence", "subscriptions"]
    RECEIVE_TIME_FIELD_NUMBER: _ClassVar[int]
    SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    SUBSCRIPTIONS_FIELD_NUMBER: _ClassVar[int]
    receive_time: _timestamp_pb2.Timestamp
    sequence: int
    subscriptions: int
    def __init__(self, sequence: _Optional[int] = ..., receive_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., subscriptions: _Optional[int] = ...) -> None: ...

class FeedStateChange(_message.Message):
    __slots__ = ["feed"]
    FEED_FIELD_NUMBER: _ClassVar[int]
    feed: _feed_pb2.Feed
    def __init__(self, feed: _Optional[_Union[_feed_pb2.Feed, _Mapping]] = ...) -> None: ...

class Gap(_message.Message):
    __slots__ = ["from_sequence", "reason", "to_sequence"]
    FROM_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    TO_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    from_sequence: int
    reason: GapReason
    to_sequence: int
    def __init__(self, from_sequence: _Optional[int] = ..., to_sequence: _Optional[int] = ..., reason: _Optional[_Union[GapReason, str]] = ...) -> None: ...

class Heartbeat(_message.Message):
    __slots__ = ["acknowledged_sequence", "last_sequence", "paused", "status", "time", "unacknowledged"]
    ACKNOWLEDGED_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    LAST_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    PAUSED_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    UNACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    acknowledged_sequence: int
    last_sequence: int
    paused: bool
    status: _feed_pb2.FeedStatus
    time: _timestamp_pb2.Timestamp
    unacknowledged: int
    def __init__(self, time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., status: _Optional[_Union[_feed_pb2.FeedStatus, _Mapping]] = ..., paused: bool = ..., last_sequence: _Optional[int] = ..., acknowledged_sequence: _Optional[int] = ..., unacknowledged: _Optional[int] = ...) -> None: ...

class Interaction(_message.Message):
    __slots__ = ["confidence", "interaction", "tissue", "tool"]
    CONFIDENCE_FIELD_NUMBER: _ClassVar[int]
    INTERACTION_FIELD_NUMBER: _ClassVar[int]
    TISSUE_FIELD_NUMBER: _ClassVar[int]
    TOOL_FIELD_NUMBER: _ClassVar[int]
    confidence: float
    interaction: str
    tissue: str
    tool: str
    def __init__(self, tool: _Optional[str] = ..., interaction: _Optional[str] = ..., tissue: _Optional[str] = ..., confidence: _Optional[float] = ...) -> None: ...

class InteractionGraph(_message.Message):
    __slots__ = ["interactions"]
    INTERACTIONS_FIELD_NUMBER: _ClassVar[int]
    interactions: _containers.RepeatedCompositeFieldContainer[Interaction]
    def __init__(self, interactions: _Optional[_Iterable[_Union[Interaction, _Mapping]]] = ...) -> None: ...

class Pause(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class Resume(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class SkippedAnalyses(_message.Message):
    __slots__ = ["annotations", "rate_limited", "slow_reader", "stale"]
    ANNOTATIONS_FIELD_NUMBER: _ClassVar[int]
    RATE_LIMITED_FIELD_NUMBER: _ClassVar[int]
    SLOW_READER_FIELD_NUMBER: _ClassVar[int]
    STALE_FIELD_NUMBER: _ClassVar[int]
    annotations: int
    rate_limited: int
    slow_reader: int
    stale: int
    def __init__(self, slow_reader: _Optional[int] = ..., rate_limited: _Optional[int] = ..., stale: _Optional[int] = ..., annotations: _Optional[int] = ...) -> None: ...

class Started(_message.Message):
    __slots__ = ["configuration", "frame_height", "frame_width", "model", "model_reloaded", "session_id"]
    CONFIGURATION_FIELD_NUMBER: _ClassVar[int]
    FRAME_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    FRAME_WIDTH_FIELD_NUMBER: _ClassVar[int]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    MODEL_RELOADED_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    configuration: int
    frame_height: int
    frame_width: int
    model: _model_pb2.Model
    model_reloaded: bool
    session_id: str
    def __init__(self, session_id: _Optional[str] = ..., configuration: _Optional[int] = ..., model: _Optional[_Union[_model_pb2.Model, _Mapping]] = ..., frame_width: _Optional[int] = ..., frame_height: _Optional[int] = ..., model_reloaded: bool = ...) -> None: ...

class SubscribeRequest(_message.Message):
    __slots__ = ["acknowledge", "annotate", "configure", "pause", "resume"]
    ACKNOWLEDGE_FIELD_NUMBER: _ClassVar[int]
    ANNOTATE_FIELD_NUMBER: _ClassVar[int]
    CONFIGURE_FIELD_NUMBER: _ClassVar[int]
    PAUSE_FIELD_NUMBER: _ClassVar[int]
    RESUME_FIELD_NUMBER: _ClassVar[int]
    acknowledge: Acknowledge
    annotate: Annotate
    configure: SubscriptionConfiguration
    pause: Pause
    resume: Resume
    def __init__(self, configure: _Optional[_Union[SubscriptionConfiguration, _Mapping]] = ..., pause: _Optional[_Union[Pause, _Mapping]] = ..., resume: _Optional[_Union[Resume, _Mapping]] = ..., acknowledge: _Optional[_Union[Acknowledge, _Mapping]] = ..., annotate: _Optional[_Union[Annotate, _Mapping]] = ...) -> None: ...

class SubscribeResponse(_message.Message):
    __slots__ = ["annotation", "annotation_receipt", "feed_state_change", "frame_analysis", "gap", "heartbeat", "skipped", "started"]
    ANNOTATION_FIELD_NUMBER: _ClassVar[int]
    ANNOTATION_RECEIPT_FIELD_NUMBER: _ClassVar[int]
    FEED_STATE_CHANGE_FIELD_NUMBER: _ClassVar[int]
    FRAME_ANALYSIS_FIELD_NUMBER: _ClassVar[int]
    GAP_FIELD_NUMBER: _ClassVar[int]
    HEARTBEAT_FIELD_NUMBER: _ClassVar[int]
    SKIPPED_FIELD_NUMBER: _ClassVar[int]
    STARTED_FIELD_NUMBER: _ClassVar[int]
    annotation: Annotation
    annotation_receipt: AnnotationReceipt
    feed_state_change: FeedStateChange
    frame_analysis: _analysis_pb2.FrameAnalysis
    gap: Gap
    heartbeat: Heartbeat
    skipped: SkippedAnalyses
    started: Started
    def __init__(self, started: _Optional[_Union[Started, _Mapping]] = ..., frame_analysis: _Optional[_Union[_analysis_pb2.FrameAnalysis, _Mapping]] = ..., feed_state_change: _Optional[_Union[FeedStateChange, _Mapping]] = ..., gap: _Optional[_Union[Gap, _Mapping]] = ..., annotation: _Optional[_Union[Annotation, _Mapping]] = ..., heartbeat: _Optional[_Union[Heartbeat, _Mapping]] = ..., annotation_receipt: _Optional[_Union[AnnotationReceipt, _Mapping]] = ..., skipped: _Optional[_Union[SkippedAnalyses, _Mapping]] = ...) -> None: ...

class SubscriptionConfiguration(_message.Message):
    __slots__ = ["delivery", "feed_id", "max_rate", "max_unacknowledged", "outputs", "resume_after_sequence", "staleness_budget_ms", "thresholds"]
    DELIVERY_FIELD_NUMBER: _ClassVar[int]
    FEED_ID_FIELD_NUMBER: _ClassVar[int]
    MAX_RATE_FIELD_NUMBER: _ClassVar[int]
    MAX_UNACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    OUTPUTS_FIELD_NUMBER: _ClassVar[int]
    RESUME_AFTER_SEQUENCE_FIELD_NUMBER: _ClassVar[int]
    STALENESS_BUDGET_MS_FIELD_NUMBER: _ClassVar[int]
    THRESHOLDS_FIELD_NUMBER: _ClassVar[int]
    delivery: Delivery
    feed_id: str
    max_rate: float
    max_unacknowledged: int
    outputs: _analysis_options_pb2.AnalysisOutputs
    resume_after_sequence: int
    staleness_budget_ms: int
    thresholds: _analysis_options_pb2.AnalysisThresholds
    def __init__(self, feed_id: _Optional[str] = ..., outputs: _Optional[_Union[_analysis_options_pb2.AnalysisOutputs, _Mapping]] = ..., thresholds: _Optional[_Union[_analysis_options_pb2.AnalysisThresholds, _Mapping]] = ..., max_rate: _Optional[float] = ..., staleness_budget_ms: _Optional[int] = ..., delivery: _Optional[_Union[Delivery, str]] = ..., resume_after_sequence: _Optional[int] = ..., max_unacknowledged: _Optional[int] = ...) -> None: ...

class TypedText(_message.Message):
    __slots__ = ["media_type", "text"]
    MEDIA_TYPE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    media_type: str
    text: str
    def __init__(self, media_type: _Optional[str] = ..., text: _Optional[str] = ...) -> None: ...

class Delivery(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class GapReason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
