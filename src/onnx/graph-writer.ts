import { GraphEditor } from './graph-editor.js';

/** The newest set in which ReduceMin, ReduceMax and ReduceMean take axes as attributes; onnxruntime runs it since 1.12. */
const OPSET_VERSION = 17;
const IR_VERSION = 8;

/** Collects nodes in topological order and writes them as one ONNX file. The same calls give the same bytes. */
export class GraphWriter extends GraphEditor {
  constructor() {
    super({
      irVersion: IR_VERSION,
      producerName: 'surgicam',
      opsetImport: [{ domain: '', version: OPSET_VERSION }],
    });
  }
}
