export { traceToOnnx } from './trace-to-onnx.ts';
export type { TracedGraph, TracedPort, TraceInput, TraceOptions } from './trace-to-onnx.ts';
export { IR_VERSION, OPSET_VERSION } from './onnx/versions.ts';
