/** Who can take part on this machine: engines that compute on the wanted kind of device, and PyTorch. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { WITHOUT_TORCH, findTorch } from '@mfim/benchmarks';
import { InputError } from '@mfim/tensor-contracts';
import { checkoutFolder } from '../engine/install/engine-home.ts';
import type { EngineName } from '../engine/engine-names.ts';
import type { EngineDefinition, EngineProbe } from '../engine/engine.ts';
import type { PytorchProgram } from './participant.ts';

/** Where steps are computed. */
export type BenchDevice = PytorchProgram['device'];

const KIND_OF_DEVICE = { cpu: 'cpu', cuda: 'gpu' } as const;
/** Too slow to wait for; measured when it is named. */
const TESTS_ONLY: readonly EngineName[] = ['cpu'];

const obstacle = ({ missing }: EngineProbe): string => missing[0] ?? 'not usable';

/**
 * All engines that work here on the wanted kind of device, but plain JavaScript.
 *
 * @param remark is told of each that does not, and why
 */
export async function usableEngines(engines: readonly EngineDefinition[], device: BenchDevice, remark: (line: string) => void): Promise<readonly EngineName[]> {
  const found: EngineName[] = [];
  for (const engine of engines.filter(({ name }) => !TESTS_ONLY.includes(name))) {
    const probe = await engine.probe();
    const fits = probe.device?.kind === KIND_OF_DEVICE[device];
    if (probe.usable && fits) found.push(engine.name);
    else remark(`${engine.name}: left out, ${probe.usable ? `it computes on ${probe.device?.name ?? 'another device'}` : `${obstacle(probe)}${probe.cure === '' ? '' : ` (${probe.cure})`}`}`);
  }
  return found;
}

/** @throws InputError with the cure when a named engine does not work here */
export async function assertUsable(engines: readonly EngineDefinition[]): Promise<readonly EngineName[]> {
  for (const { name, probe } of engines) {
    const result = await probe();
    if (result.usable) continue;
    throw new InputError({ where: `bench --engine ${name}`, expected: `the engine ${name} to work on this machine`, got: obstacle(result), remedy: result.cure === '' ? 'run: mfim-train doctor' : result.cure });
  }
  return engines.map(({ name }) => name);
}

/** PyTorch and the script, or why they are left out. */
export async function findPytorch(environment: Readonly<Record<string, string | undefined>>, device: BenchDevice): Promise<{ readonly program: PytorchProgram } | { readonly reason: string }> {
  const root = await checkoutFolder();
  const script = path.join(root ?? '', 'tools', 'benchmarks', 'pytorch_training_step.py');
  if (root === undefined || !existsSync(script)) return { reason: 'tools/benchmarks/pytorch_training_step.py is not here: it comes with a source checkout' };
  const torch = await findTorch({ environment, root, modules: ['numpy', 'safetensors'] });
  return torch === undefined ? { reason: WITHOUT_TORCH } : { program: { python: torch.python, script, device } };
}
