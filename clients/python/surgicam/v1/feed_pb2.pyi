from google.protobuf import timestamp_pb2 as _timestamp_pb2
from surgicam.v1 import analysis_pb2 as _analysis_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
FEED_STATE_ENDED: FeedState
FEED_STATE_FAILED: FeedState
FEED_STATE_LIVE: FeedState
FEED_STATE_RECONNECTING: FeedState
FEED_STATE_STALLED: FeedState
FEED_STATE_STARTING: FeedState
FEED_STATE_UNSPECIFIED: FeedState
HARDWARE_ACCELERATION_AUTO: HardwareAcceleration
HARDWARE_ACCELERATION_CUDA: HardwareAcceleration
HARDWARE_ACCELERATION_NONE: HardwareAcceleration
HARDWARE_ACCELERATION_UNSPECIFIED: HardwareAcceleration
PACING_EVERY_FRAME: Pacing
PACING_LIVE: Pacing
PACING_UNSPECIFIED: Pacing
PHANTOM_PACE_FAST: PhantomPace
PHANTOM_PACE_REAL_TIME: PhantomPace
PHANTOM_PACE_UNSPECIFIED: PhantomPace
PUSH_FORMAT_H264: PushFormat
PUSH_FORMAT_H265: PushFormat
PUSH_FORMAT_MATROSKA: PushFormat
PUSH_FORMAT_MP4: PushFormat
PUSH_FORMAT_MPEG_TS: PushFormat
PUSH_FORMAT_PICTURES: PushFormat
PUSH_FORMAT_RGB24: PushFormat
PUSH_FORMAT_UNSPECIFIED: PushFormat

class Feed(_message.Message):
    __slots__ = ["counters", "create_time", "frame_height", "frame_width", "settings", "status"]
    COUNTERS_FIELD_NUMBER: _ClassVar[int]
    CREATE_TIME_FIELD_NUMBER: _ClassVar[int]
    FRAME_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    FRAME_WIDTH_FIELD_NUMBER: _ClassVar[int]
    SETTINGS_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    counters: FeedCounters
    create_time: _timestamp_pb2.Timestamp
    frame_height: int
    frame_width: int
    settings: FeedSettings
    status: FeedStatus
    def __init__(self, settings: _Optional[_Union[FeedSettings, _Mapping]] = ..., status: _Optional[_Union[FeedStatus, _Mapping]] = ..., counters: _Optional[_Union[FeedCounters, _Mapping]] = ..., frame_width: _Optional[int] = ..., frame_height: _Optional[int] = ..., create_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class FeedCounters(_message.Message):
    __slots__ = ["analyzed_rate", "drops_by_reason", "frames_analyzed", "frames_decoded", "frames_dropped", "input_rate", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms"]
    ANALYZED_RATE_FIELD_NUMBER: _ClassVar[int]
    DROPS_BY_REASON_FIELD_NUMBER: _ClassVar[int]
    FRAMES_ANALYZED_FIELD_NUMBER: _ClassVar[int]
    FRAMES_DECODED_FIELD_NUMBER: _ClassVar[int]
    FRAMES_DROPPED_FIELD_NUMBER: _ClassVar[int]
    INPUT_RATE_FIELD_NUMBER: _ClassVar[int]
    LATENCY_P50_MS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_P95_MS_FIELD_NUMBER: _ClassVar[int]
    LATENCY_P99_MS_FIELD_NUMBER: _ClassVar[int]
    analyzed_rate: float
    drops_by_reason: _containers.RepeatedCompositeFieldContainer[_analysis_pb2.FrameDrops]
    frames_analyzed: int
    frames_decoded: int
    frames_dropped: int
    input_rate: float
    latency_p50_ms: float
    latency_p95_ms: float
    latency_p99_ms: float
    def __init__(self, frames_decoded: _Optional[int] = ..., frames_analyzed: _Optional[int] = ..., frames_dropped: _Optional[int] = ..., input_rate: _Optional[float] = ..., analyzed_rate: _Optional[float] = ..., latency_p50_ms: _Optional[float] = ..., latency_p95_ms: _Optional[float] = ..., latency_p99_ms: _Optional[float] = ..., drops_by_reason: _Optional[_Iterable[_Union[_analysis_pb2.FrameDrops, _Mapping]]] = ...) -> None: ...

class FeedSettings(_message.Message):
    __slots__ = ["feed_id", "hardware_acceleration", "model_name", "pacing", "source"]
    FEED_ID_FIELD_NUMBER: _ClassVar[int]
    HARDWARE_ACCELERATION_FIELD_NUMBER: _ClassVar[int]
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    PACING_FIELD_NUMBER: _ClassVar[int]
    SOURCE_FIELD_NUMBER: _ClassVar[int]
    feed_id: str
    hardware_acceleration: HardwareAcceleration
    model_name: str
    pacing: Pacing
    source: FeedSource
    def __init__(self, feed_id: _Optional[str] = ..., source: _Optional[_Union[FeedSource, _Mapping]] = ..., model_name: _Optional[str] = ..., pacing: _Optional[_Union[Pacing, str]] = ..., hardware_acceleration: _Optional[_Union[HardwareAcceleration, str]] = ...) -> None: ...

class FeedSource(_message.Message):
    __slots__ = ["phantom", "push", "uri"]
    PHANTOM_FIELD_NUMBER: _ClassVar[int]
    PUSH_FIELD_NUMBER: _ClassVar[int]
    URI_FIELD_NUMBER: _ClassVar[int]
    phantom: PhantomSource
    push: PushSource
    uri: UriSource
    def __init__(self, uri: _Optional[_Union[UriSource, _Mapping]] = ..., phantom: _Optional[_Union[PhantomSource, _Mapping]] = ..., push: _Optional[_Union[PushSource, _Mapping]] = ...) -> None: ...

class FeedStatus(_message.Message):
    __slots__ = ["frozen_since", "reason", "reconnection", "since", "source_log", "state"]
    FROZEN_SINCE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    RECONNECTION_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    SOURCE_LOG_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    frozen_since: _timestamp_pb2.Timestamp
    reason: str
    reconnection: Reconnection
    since: _timestamp_pb2.Timestamp
    source_log: _containers.RepeatedScalarFieldContainer[str]
    state: FeedState
    def __init__(self, state: _Optional[_Union[FeedState, str]] = ..., since: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., reason: _Optional[str] = ..., reconnection: _Optional[_Union[Reconnection, _Mapping]] = ..., frozen_since: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ..., source_log: _Optional[_Iterable[str]] = ...) -> None: ...

class PhantomSource(_message.Message):
    __slots__ = ["frame_count", "frame_rate", "height", "loop", "pace", "seed", "width"]
    FRAME_COUNT_FIELD_NUMBER: _ClassVar[int]
    FRAME_RATE_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    LOOP_FIELD_NUMBER: _ClassVar[int]
    PACE_FIELD_NUMBER: _ClassVar[int]
    SEED_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    frame_count: int
    frame_rate: float
    height: int
    loop: bool
    pace: PhantomPace
    seed: int
    width: int
    def __init__(self, seed: _Optional[int] = ..., frame_rate: _Optional[float] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., frame_count: _Optional[int] = ..., loop: bool = ..., pace: _Optional[_Union[PhantomPace, str]] = ...) -> None: ...

class PushSource(_message.Message):
    __slots__ = ["format", "frame_rate", "height", "width"]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    FRAME_RATE_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    format: PushFormat
    frame_rate: float
    height: int
    width: int
    def __init__(self, format: _Optional[_Union[PushFormat, str]] = ..., width: _Optional[int] = ..., height: _Optional[int] = ..., frame_rate: _Optional[float] = ...) -> None: ...

class Reconnection(_message.Message):
    __slots__ = ["attempt", "next_try_time"]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    NEXT_TRY_TIME_FIELD_NUMBER: _ClassVar[int]
    attempt: int
    next_try_time: _timestamp_pb2.Timestamp
    def __init__(self, attempt: _Optional[int] = ..., next_try_time: _Optional[_Union[_timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class UriSource(_message.Message):
    __slots__ = ["loop", "own_speed", "uri"]
    LOOP_FIELD_NUMBER: _ClassVar[int]
    OWN_SPEED_FIELD_NUMBER: _ClassVar[int]
    URI_FIELD_NUMBER: _ClassVar[int]
    loop: bool
    own_speed: bool
    uri: str
    def __init__(self, uri: _Optional[str] = ..., own_speed: bool = ..., loop: bool = ...) -> None: ...

class PushFormat(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class PhantomPace(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Pacing(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class HardwareAcceleration(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class FeedState(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
