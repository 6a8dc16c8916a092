/** Obtains and builds what an engine lacks, then proves it by computing. */
import { InputError } from '@mfim/tensor-contracts';
import type { EngineProbe } from '../engine.ts';
import { engineNamed } from '../registry.ts';
import { installCuda } from './install-cuda.ts';
import type { InstallOptions } from './install-options.ts';
import { installTensorflow } from './install-tensorflow.ts';
import { installWebgpu } from './install-webgpu.ts';

const INSTALLERS = { tensorflow: installTensorflow, cuda: installCuda, webgpu: installWebgpu };

/** Engines that can be installed. */
export const INSTALLABLE = Object.keys(INSTALLERS) as readonly InstallableEngine[];

/** An engine that can be installed. */
export type InstallableEngine = keyof typeof INSTALLERS;

/** @throws InputError when this engine is not one that is installed */
export function installableEngine(name: string): InstallableEngine {
  const found = INSTALLABLE.find((candidate) => candidate === name);
  if (found !== undefined) return found;
  throw new InputError({ where: 'engine install', expected: `one of ${INSTALLABLE.join(', ')}`, got: JSON.stringify(name), remedy: 'name one of these; cpu needs nothing' });
}

/**
 * @returns the probe made afterwards: a complete installation is not usable where the machine has no GPU
 * @throws InputError with the cure when a step fails
 */
export async function installEngine(name: InstallableEngine, options: InstallOptions): Promise<EngineProbe> {
  await INSTALLERS[name](options);
  options.say('check: a convolution, its gradient and a gradient of a gradient, in a process of its own');
  return engineNamed(name).probe();
}
