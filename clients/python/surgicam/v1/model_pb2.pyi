from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor
EXECUTION_PROVIDER_CPU: ExecutionProvider
EXECUTION_PROVIDER_CUDA: ExecutionProvider
EXECUTION_PROVIDER_TENSORRT: ExecutionProvider
EXECUTION_PROVIDER_UNSPECIFIED: ExecutionProvider
EXECUTION_PROVIDER_WEBGPU: ExecutionProvider
PRECISION_FLOAT16: Precision
PRECISION_FLOAT32: Precision
PRECISION_INT8: Precision
PRECISION_UNSPECIFIED: Precision
PROBABILITY_FUNCTION_SIGMOID: ProbabilityFunction
PROBABILITY_FUNCTION_SOFTMAX: ProbabilityFunction
PROBABILITY_FUNCTION_UNSPECIFIED: ProbabilityFunction

class FeatureMap(_message.Message):
    __slots__ = ["channels", "has_gradient", "height", "name", "width"]
    CHANNELS_FIELD_NUMBER: _ClassVar[int]
    HAS_GRADIENT_FIELD_NUMBER: _ClassVar[int]
    HEIGHT_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    WIDTH_FIELD_NUMBER: _ClassVar[int]
    channels: int
    has_gradient: bool
    height: int
    name: str
    width: int
    def __init__(self, name: _Optional[str] = ..., channels: _Optional[int] = ..., height: _Optional[int] = ..., width: _Optional[int] = ..., has_gradient: bool = ...) -> None: ...

class Model(_message.Message):
    __slots__ = ["architecture", "checksum", "class_names", "class_threshold", "feature_maps", "grid_height", "grid_width", "input_height", "input_width", "license", "mean", "name", "output_names", "precision", "probability_function", "roi_threshold", "runtime", "std", "tissue_class_id", "version"]
    ARCHITECTURE_FIELD_NUMBER: _ClassVar[int]
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    CLASS_NAMES_FIELD_NUMBER: _ClassVar[int]
    CLASS_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    FEATURE_MAPS_FIELD_NUMBER: _ClassVar[int]
    GRID_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    GRID_WIDTH_FIELD_NUMBER: _ClassVar[int]
    INPUT_HEIGHT_FIELD_NUMBER: _ClassVar[int]
    INPUT_WIDTH_FIELD_NUMBER: _ClassVar[int]
    LICENSE_FIELD_NUMBER: _ClassVar[int]
    MEAN_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    OUTPUT_NAMES_FIELD_NUMBER: _ClassVar[int]
    PRECISION_FIELD_NUMBER: _ClassVar[int]
    PROBABILITY_FUNCTION_FIELD_NUMBER: _ClassVar[int]
    ROI_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    RUNTIME_FIELD_NUMBER: _ClassVar[int]
    STD_FIELD_NUMBER: _ClassVar[int]
    TISSUE_CLASS_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    architecture: str
    checksum: str
    class_names: _containers.RepeatedScalarFieldContainer[str]
    class_threshold: float
    feature_maps: _containers.RepeatedCompositeFieldContainer[FeatureMap]
    grid_height: int
    grid_width: int
    input_height: int
    input_width: int
    license: str
    mean: _containers.RepeatedScalarFieldContainer[float]
    name: str
    output_names: _containers.RepeatedScalarFieldContainer[str]
    precision: Precision
    probability_function: ProbabilityFunction
    roi_threshold: float
    runtime: ModelRuntime
    std: _containers.RepeatedScalarFieldContainer[float]
    tissue_class_id: int
    version: str
    def __init__(self, name: _Optional[str] = ..., version: _Optional[str] = ..., class_names: _Optional[_Iterable[str]] = ..., tissue_class_id: _Optional[int] = ..., input_width: _Optional[int] = ..., input_height: _Optional[int] = ..., mean: _Optional[_Iterable[float]] = ..., std: _Optional[_Iterable[float]] = ..., class_threshold: _Optional[float] = ..., roi_threshold: _Optional[float] = ..., grid_width: _Optional[int] = ..., grid_height: _Optional[int] = ..., feature_maps: _Optional[_Iterable[_Union[FeatureMap, _Mapping]]] = ..., output_names: _Optional[_Iterable[str]] = ..., precision: _Optional[_Union[Precision, str]] = ..., checksum: _Optional[str] = ..., runtime: _Optional[_Union[ModelRuntime, _Mapping]] = ..., architecture: _Optional[str] = ..., license: _Optional[str] = ..., probability_function: _Optional[_Union[ProbabilityFunction, str]] = ...) -> None: ...

class ModelRuntime(_message.Message):
    __slots__ = ["fallback_reason", "provider"]
    FALLBACK_REASON_FIELD_NUMBER: _ClassVar[int]
    PROVIDER_FIELD_NUMBER: _ClassVar[int]
    fallback_reason: str
    provider: ExecutionProvider
    def __init__(self, provider: _Optional[_Union[ExecutionProvider, str]] = ..., fallback_reason: _Optional[str] = ...) -> None: ...

class ProbabilityFunction(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class ExecutionProvider(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class Precision(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
