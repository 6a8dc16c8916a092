/** The engines of training, one file each; `auto` tries them in this order. */
import { InputError } from '@mfim/tensor-contracts';
import { ENGINE_NAMES } from './engine-names.ts';
import type { EngineName } from './engine-names.ts';
import type { EngineDefinition } from './engine.ts';
import { CPU_ENGINE } from './engines/cpu-engine.ts';
import { CUDA_ENGINE } from './engines/cuda-engine.ts';
import { ONNX_CUDA_ENGINE, ONNX_ENGINE, ONNX_WEBGPU_ENGINE } from './engines/onnx-engine.ts';
import { TENSORFLOW_ENGINE } from './engines/tensorflow-engine.ts';
import { WEBGPU_ENGINE } from './engines/webgpu-engine.ts';

const REGISTRY: Readonly<Record<EngineName, EngineDefinition>> = {
  cuda: CUDA_ENGINE,
  'onnx-cuda': ONNX_CUDA_ENGINE,
  webgpu: WEBGPU_ENGINE,
  'onnx-webgpu': ONNX_WEBGPU_ENGINE,
  tensorflow: TENSORFLOW_ENGINE,
  onnx: ONNX_ENGINE,
  cpu: CPU_ENGINE,
};

/** All engines, best first. */
export const ENGINES: readonly EngineDefinition[] = ENGINE_NAMES.map((name) => REGISTRY[name]);

/** @throws InputError when no engine has this name */
export function engineNamed(name: string): EngineDefinition {
  const found = ENGINES.find((engine) => engine.name === name);
  if (found !== undefined) return found;
  throw new InputError({
    where: 'openEngine',
    expected: `one of ${ENGINE_NAMES.join(', ')}`,
    got: JSON.stringify(name),
    remedy: 'name one of these engines, or auto',
  });
}
