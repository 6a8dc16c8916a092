/** Names of the training engines, as configs and command lines write them. Plain data: it imports nothing. */

/** Every engine; `auto` tries them in this order. */
export const ENGINE_NAMES = ['cuda', 'onnx-cuda', 'webgpu', 'onnx-webgpu', 'tensorflow', 'onnx', 'cpu'] as const;

/**
 * `cuda`: TensorFlow on an NVIDIA GPU. `webgpu`: Dawn on any GPU with Vulkan, Metal or D3D12. `tensorflow`: native TensorFlow on
 * the CPU. `onnx`, `onnx-webgpu`, `onnx-cuda`: the training step compiled for ONNX Runtime, on the CPU, with WebGPU, with CUDA.
 * `cpu`: plain JavaScript, for tests only.
 */
export type EngineName = (typeof ENGINE_NAMES)[number];

/** What a config's `engine` and `--engine` accept. */
export const ENGINE_CHOICES = ['auto', ...ENGINE_NAMES] as const;

/** An engine's name, or `auto`. */
export type EngineChoice = (typeof ENGINE_CHOICES)[number];
