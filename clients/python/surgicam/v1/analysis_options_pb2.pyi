from surgicam.v1 import analysis_pb2 as _analysis_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Iterable as _Iterable, Mapping as _Mapping, Optional as _Optional, Union as _Union

CAM_METHOD_EIGEN_CAM: CamMethod
CAM_METHOD_GRAD_CAM: CamMethod
CAM_METHOD_GRAD_CAM_PLUS_PLUS: CamMethod
CAM_METHOD_HIRES_CAM: CamMethod
CAM_METHOD_LAYER_CAM: CamMethod
CAM_METHOD_UNSPECIFIED: CamMethod
CAM_METHOD_X_GRAD_CAM: CamMethod
DESCRIPTOR: _descriptor.FileDescriptor
FEATURE_POOLING_P128_2X2: FeaturePooling
FEATURE_POOLING_P32_4X4: FeaturePooling
FEATURE_POOLING_P512_1X1: FeaturePooling
FEATURE_POOLING_UNSPECIFIED: FeaturePooling

class AnalysisOutputs(_message.Message):
    __slots__ = ["boxes", "explanation", "heatmaps", "outlines", "preview", "region_features"]
    BOXES_FIELD_NUMBER: _ClassVar[int]
    EXPLANATION_FIELD_NUMBER: _ClassVar[int]
    HEATMAPS_FIELD_NUMBER: _ClassVar[int]
    OUTLINES_FIELD_NUMBER: _ClassVar[int]
    PREVIEW_FIELD_NUMBER: _ClassVar[int]
    REGION_FEATURES_FIELD_NUMBER: _ClassVar[int]
    boxes: bool
    explanation: Explanation
    heatmaps: HeatmapOutput
    outlines: bool
    preview: PreviewOutput
    region_features: RegionFeatureOutput
    def __init__(self, boxes: bool = ..., outlines: bool = ..., heatmaps: _Optional[_Union[HeatmapOutput, _Mapping]] = ..., region_features: _Optional[_Union[RegionFeatureOutput, _Mapping]] = ..., preview: _Optional[_Union[PreviewOutput, _Mapping]] = ..., explanation: _Optional[_Union[Explanation, _Mapping]] = ...) -> None: ...

class AnalysisThresholds(_message.Message):
    __slots__ = ["class_threshold", "classes", "roi_threshold"]
    CLASSES_FIELD_NUMBER: _ClassVar[int]
    CLASS_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    ROI_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    class_threshold: float
    classes: _containers.RepeatedCompositeFieldContainer[ClassThresholds]
    roi_threshold: float
    def __init__(self, class_threshold: _Optional[float] = ..., roi_threshold: _Optional[float] = ..., classes: _Optional[_Iterable[_Union[ClassThresholds, _Mapping]]] = ...) -> None: ...

class ClassThresholds(_message.Message):
    __slots__ = ["class_id", "class_threshold", "roi_threshold"]
    CLASS_ID_FIELD_NUMBER: _ClassVar[int]
    CLASS_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    ROI_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    class_id: int
    class_threshold: float
    roi_threshold: float
    def __init__(self, class_id: _Optional[int] = ..., class_threshold: _Optional[float] = ..., roi_threshold: _Optional[float] = ...) -> None: ...

class Explanation(_message.Message):
    __slots__ = ["layers", "method"]
    LAYERS_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    layers: _containers.RepeatedScalarFieldContainer[str]
    method: CamMethod
    def __init__(self, method: _Optional[_Union[CamMethod, str]] = ..., layers: _Optional[_Iterable[str]] = ...) -> None: ...

class HeatmapOutput(_message.Message):
    __slots__ = ["class_ids", "encoding"]
    CLASS_IDS_FIELD_NUMBER: _ClassVar[int]
    ENCODING_FIELD_NUMBER: _ClassVar[int]
    class_ids: _containers.RepeatedScalarFieldContainer[int]
    encoding: _analysis_pb2.HeatmapEncoding
    def __init__(self, encoding: _Optional[_Union[_analysis_pb2.HeatmapEncoding, str]] = ..., class_ids: _Optional[_Iterable[int]] = ...) -> None: ...

class PreviewOutput(_message.Message):
    __slots__ = ["max_width", "quality"]
    MAX_WIDTH_FIELD_NUMBER: _ClassVar[int]
    QUALITY_FIELD_NUMBER: _ClassVar[int]
    max_width: int
    quality: int
    def __init__(self, max_width: _Optional[int] = ..., quality: _Optional[int] = ...) -> None: ...

class RegionFeatureOutput(_message.Message):
    __slots__ = ["float16", "pooling", "variant"]
    FLOAT16_FIELD_NUMBER: _ClassVar[int]
    POOLING_FIELD_NUMBER: _ClassVar[int]
    VARIANT_FIELD_NUMBER: _ClassVar[int]
    float16: bool
    pooling: FeaturePooling
    variant: _analysis_pb2.FeatureVariant
    def __init__(self, variant: _Optional[_Union[_analysis_pb2.FeatureVariant, str]] = ..., pooling: _Optional[_Union[FeaturePooling, str]] = ..., float16: bool = ...) -> None: ...

class CamMethod(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []

class FeaturePooling(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = []
