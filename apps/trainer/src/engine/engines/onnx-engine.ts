/** The engine `onnx`: the training step compiled to ONNX. Its name is reserved; the compiler comes with the compiled engine. */
import { InputError } from '@mfim/tensor-contracts';
import type { EngineDefinition } from '../engine.ts';
import { probeEngine } from '../probe-engine.ts';

const STATE = 'not built yet: it comes with the compiled engine';
const CURE = 'choose another engine (mfim-train doctor lists those that work here)';

/** Refuses to open, and says why. */
export const ONNX_ENGINE: EngineDefinition = {
  name: 'onnx',
  summary: 'the training step compiled for ONNX Runtime',
  inspect: () => Promise.resolve([{ part: 'compiled engine', found: false, detail: STATE, cure: CURE }]),
  probe: (options) => probeEngine(ONNX_ENGINE, options),
  open: () =>
    Promise.reject(new InputError({ where: 'openEngine("onnx")', expected: 'an engine that this version has', got: `"onnx", ${STATE}`, remedy: CURE })),
};
