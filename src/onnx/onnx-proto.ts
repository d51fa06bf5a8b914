import onnxProto, { type onnx } from 'onnx-proto';

// The generated code is CommonJS without named exports that Node could see; this file is the one door to it.
export const { AttributeProto, ModelProto, TensorProto } = onnxProto.onnx;

export type ModelMessage = onnx.IModelProto;
export type GraphProto = onnx.IGraphProto;
export type NodeProto = onnx.INodeProto;
export type NodeAttribute = onnx.IAttributeProto;
export type TensorMessage = onnx.ITensorProto;
export type ValueInfo = onnx.IValueInfoProto;
