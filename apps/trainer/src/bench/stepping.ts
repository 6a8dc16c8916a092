/** Steps of any stage of training, one by one: timed, or tried from a perturbed state with everything written down. */
import { writeFile } from 'node:fs/promises';
import { fromFloat32, writeSafetensors } from '@mfim/checkpoints';
import type { HostTensor } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.ts';
import type { Stage, StepTerms } from '../run/stage.ts';
import { perturbedState } from './perturbed-state.ts';
import { hostTensors, torchTensors } from './torch-tensors.ts';
import type { NamedTensors } from './torch-tensors.ts';

interface Counted {
  readonly step: number;
}

/** A stage that steps: all that is asked of one here. Its state is plain data, so that a step may be chosen. */
type SteppingStage<State extends Counted, Batch> = Pick<Stage<State, unknown, Batch>, 'start' | 'restore' | 'pack' | 'step' | 'parameterCounts'>;

/** One step. */
export interface StepTime {
  readonly milliseconds: number;
  readonly terms: StepTerms;
}

/** Writes a safetensors file. */
export async function writeTensors(file: string, tensors: NamedTensors, metadata: ReadonlyMap<string, string> = new Map()): Promise<void> {
  await writeFile(file, writeSafetensors(new Map([...tensors].map(([name, tensor]) => [name, fromFloat32(tensor)])), metadata));
}

/** Gradients as Adam's first moments show them after one step from zero; weights and averages. */
function trialTensors(state: NamedTensors, { optimiser, generator: { resolution } }: TrainingConfig): NamedTensors {
  const scaled = ({ data, shape }: HostTensor): HostTensor => ({ shape, data: data.map((value) => value / (1 - optimiser.beta1)) });
  const choose = (from: string, to: string): NamedTensors => torchTensors(state, { from, to, resolution });
  const gradients = ['swapper', 'discriminator'].flatMap((network) => [...choose(`${network}-first-moment.`, 'gradient.')]);
  return new Map([
    ...gradients.map(([name, tensor]) => [name, scaled(tensor)] as const),
    ...choose('swapper.', 'parameter.'),
    ...choose('discriminator.', 'parameter.'),
    ...choose('average.', 'average.'),
  ]);
}

/** Waits until the device has done all that it was given. */
async function settled(): Promise<void> {
  const last = tf.tidy(() => tf.add(tf.scalar(0), 1));
  await last.data();
  last.dispose();
}

/** Steps at will. */
export interface Stepping {
  /** Moves every weight a little; the state from which the next step begins, on the host. */
  perturb(): Promise<NamedTensors>;
  /** Takes a step and times it. */
  run(number: number): Promise<StepTime>;
  /** Takes a step from the perturbed weights; writes its gradients, and weights and averages after it. */
  trial(number: number, file: string): Promise<StepTerms>;
}

/** A stage and what it steps on. */
export interface SteppingRequest<State extends Counted, Batch> {
  readonly config: TrainingConfig;
  readonly stage: SteppingStage<State, Batch>;
  readonly batch: Batch;
}

/**
 * The steps of a stage. They begin from its start, or from its perturbed start once that was asked for; `number` decides which
 * lazy terms count.
 */
export function steppingOf<State extends Counted, Batch>({ config, stage, batch }: SteppingRequest<State, Batch>): Stepping {
  let current: State | undefined;
  let perturbed: NamedTensors | undefined;
  const perturb = async (): Promise<NamedTensors> => {
    if (perturbed !== undefined) return perturbed;
    const { host, stored } = await perturbedState(await stage.pack(await stage.start()), config.seed);
    current = await stage.restore(stored);
    return (perturbed = host);
  };
  const take = async (number: number): Promise<StepTerms> => {
    current ??= await stage.start();
    const { state, terms } = await stage.step({ ...current, step: number }, batch);
    current = state;
    return terms;
  };
  return {
    perturb,
    async run(number: number): Promise<StepTime> {
      await settled();
      const started = performance.now();
      const terms = await take(number);
      await settled();
      return { milliseconds: performance.now() - started, terms };
    },
    async trial(number: number, file: string): Promise<StepTerms> {
      await perturb();
      const terms = await take(number);
      await writeTensors(file, trialTensors(await hostTensors(await stage.pack(current as State)), config));
      return terms;
    },
  };
}

