from surgicam.v1 import model_pb2 as _model_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
MODEL_RELOAD_OUTCOME_ADDED: ModelReloadOutcome
MODEL_RELOAD_OUTCOME_FAILED: ModelReloadOutcome
MODEL_RELOAD_OUTCOME_KEPT: ModelReloadOutcome
MODEL_RELOAD_OUTCOME_REMOVED: ModelReloadOutcome
MODEL_RELOAD_OUTCOME_REPLACED: ModelReloadOutcome
MODEL_RELOAD_OUTCOME_UNCHANGED: ModelReloadOutcome
MODEL_RELOAD_OUTCOME_UNSPECIFIED: ModelReloadOutcome

class GetModelRequest(_message.Message):
    __slots__ = ["model_name"]
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    model_name: str
    def __init__(self, model_name: _Optional[str] = ...) -> None: ...

class GetModelResponse(_message.Message):
    __slots__ = ["model"]
    MODEL_FIELD_NUMBER: _ClassVar[int]
    model: _model_pb2.Model
    def __init__(self, model: _Optional[_Union[_model_pb2.Model, _Mapping]] = ...) -> None: ...

class ListModelsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ListModelsResponse(_message.Message):
    __slots__ = ["default_model_name", "models"]
    DEFAULT_MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    default_model_name: str
    models: _containers.RepeatedCompositeFieldContainer[_model_pb2.Model]
    def __init__(self, models: _Optional[_Iterable[_Union[_model_pb2.Model, _Mapping]]] = ..., default_model_name: _Optional[str] = ...) -> None: ...

class ModelReload(_message.Message):
    __slots__ = ["feed_ids", "model_name", "outcome", "previous_version", "reason", "version"]
    FEED_IDS_FIELD_NUMBER: _ClassVar[int]
    MODEL_NAME_FIELD_NUMBER: _ClassVar[int]
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_VERSION_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    feed_ids: _containers.RepeatedScalarFieldContainer[str]
    model_name: str
    outcome: ModelReloadOutcome
    previous_version: str
    reason: str
    version: str
    def __init__(self, model_name: _Optional[str] = ..., outcome: _Optional[_Union[ModelReloadOutcome, str]] = ..., version: _Optional[str] = ..., previous_version: _Optional[str] = ..., reason: _Optional[str] = ..., feed_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class ReloadModelsRequest(_message.Message):
    __slots__ = []
    def __init__(self) -> None: ...

class ReloadModelsResponse(_message.Message):
    __slots__ = ["models"]
    MODELS_FIELD_NUMBER: _ClassVar[int]
    models: _containers.RepeatedCompositeFieldContainer[ModelReload]
    def __init__(self, models: _Optional[_Iterable[_Union[ModelReload, _Mapping]]] = ...) -> None: ...

class ModelReloadOutcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
