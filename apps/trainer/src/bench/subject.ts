/** Our side of the bench: a stage of training on one engine, whose steps are taken one by one. */
import { registerSecondOrderGradients } from '@mfim/nn';
import type { RuntimeOptions } from '@mfim/tfjs-onnx';
import type { HostTensor } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.ts';
import type { EngineName } from '../engine/engine-names.ts';
import { openEngine } from '../engine/open-engine.ts';
import type { Engine } from '../engine/engine.ts';
import { performer } from '../engine/performer.ts';
import { lossNetworksOf } from '../training/loss-networks.ts';
import type { LossNetworks } from '../training/loss-networks.ts';
import { pairInputs } from '../training/pair-batch.ts';
import type { LoadedPairs } from '../training/pair-batch.ts';
import { sourceIdentities } from '../training/source-identities.ts';
import { swapStage } from '../training/swap-stage.ts';
import { benchData } from './bench-data.ts';
import { readJudges } from './judges.ts';
import type { Judges } from './judges.ts';
import { steppingOf, writeTensors } from './stepping.ts';
import type { Stepping } from './stepping.ts';
import { torchTensors } from './torch-tensors.ts';
import type { NamedTensors } from './torch-tensors.ts';

/** An engine, and how many threads it computes with; TensorFlow is told by its environment. */
export interface SubjectChoice {
  readonly name: EngineName;
  readonly threads: number;
}

/** What is opened. */
export interface Subject extends Pick<Stepping, 'run' | 'trial'> {
  readonly engine: Engine;
  readonly judges: Judges;
  readonly parameters: Readonly<Record<string, number>>;
  /** Writes what PyTorch starts from: config, weights (perturbed), judges and a batch. */
  write(file: string): Promise<void>;
}

const silent = (): void => undefined;

async function hostOf(tensor: tf.Tensor): Promise<HostTensor> {
  const laidOut = tensor.rank === 4 ? tf.transpose(tensor, [0, 3, 1, 2]) : tf.clone(tensor);
  const data = (await laidOut.data()) as Float32Array;
  laidOut.dispose();
  return { data, shape: laidOut.shape };
}

/** What a batch is made with. */
interface BatchMaking {
  readonly config: TrainingConfig;
  readonly networks: LossNetworks;
  readonly compiler: RuntimeOptions | undefined;
}

/** The batch as the step sees it, images [batch, 3, R, R]. */
async function inputTensors(batch: LoadedPairs, { config, networks, compiler }: BatchMaking): Promise<NamedTensors> {
  const identities = await sourceIdentities(benchData(config), networks, { say: silent, perform: performer(compiler) });
  const { source, target, wanted, sourceIdentity, same } = await pairInputs(batch, { identities, composite: config.composite }, { start: 0, slots: config.batch });
  const inputs = { source, target, wanted, sourceIdentity, same };
  const named = await Promise.all(Object.entries(inputs).map(async ([name, tensor]) => [`input.${name}`, await hostOf(tensor)] as const));
  tf.dispose(inputs);
  return new Map(named);
}

function judgeTensors({ states }: Judges): NamedTensors {
  const { mobileFaceNet, squeezeNet, lpips, threeDdfa } = states;
  const named = { identity: [mobileFaceNet], perceptual: [squeezeNet, lpips], regressor: threeDdfa === undefined ? [] : [threeDdfa] };
  const entries = Object.entries(named).flatMap(([name, parts]) => parts.flatMap((part) => [...part].map(([inner, tensor]) => [`judge.${name}/${inner}`, tensor] as const)));
  return new Map(entries);
}

/** Opens the engine and the stage of a config. @throws InputError when the engine does not work here */
export async function openSubject(config: TrainingConfig, { name, threads }: SubjectChoice): Promise<Subject> {
  const engine = await openEngine(name);
  const compiler = engine.compiler === undefined ? undefined : { ...engine.compiler, threads };
  registerSecondOrderGradients();
  const judges = await readJudges(config);
  const networks = lossNetworksOf(judges.states);
  const stage = await swapStage({ config, data: benchData(config), networks, compiler, resumed: true, say: silent });
  const batch = await stage.load(stage.plans().next());
  const { perturb, run, trial } = steppingOf({ config, stage, batch });
  return {
    engine,
    judges,
    parameters: stage.parameterCounts,
    run,
    trial,
    async write(file) {
      const state = await perturb();
      const { resolution } = config.generator;
      const choose = (from: string, to: string): NamedTensors => torchTensors(state, { from, to, resolution });
      const weights = [...choose('swapper.', 'parameter.'), ...choose('discriminator.', 'parameter.'), ...choose('buffer.', 'buffer.')];
      const inputs = await inputTensors(batch, { config, networks, compiler });
      await writeTensors(file, new Map([...weights, ...judgeTensors(judges), ...inputs]), new Map([['config', JSON.stringify(config)]]));
    },
  };
}
