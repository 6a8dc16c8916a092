/** MFIM training as a stage of the run loop: what it starts from, steps through, saves and shows. */
import * as tf from '@tensorflow/tfjs-core';
import type { RuntimeOptions } from '@mfim/tfjs-onnx';
import type { TrainingConfig } from '../config/training-config.ts';
import { performer } from '../engine/performer.ts';
import type { Performer } from '../engine/performer.ts';
import { countTrainingStep } from '../memory/count-training-step.ts';
import { flatFromTensors } from '../model/flat-from-tensors.ts';
import { initialisePart } from '../model/initialise-weights.ts';
import { createModel, restoreBuffers } from '../model/swap-model.ts';
import type { ModelWeights, SwapModel } from '../model/swap-model.ts';
import type { FlatBucket, PackedState, Stage, StoredState } from '../run/stage.ts';
import { calibrateSwapper } from './calibrate-swapper.ts';
import { compiledStepper } from './compiled-stepper.ts';
import { faceLikeness } from './face-likeness.ts';
import type { LossNetworks } from './loss-networks.ts';
import { loadPairs, pairInputs } from './pair-batch.ts';
import type { LoadedPairs } from './pair-batch.ts';
import { pairSampler } from './pair-sampler.ts';
import type { PairBatch, PairSource } from './pair-sampler.ts';
import { rateScale } from './rate-scale.ts';
import { swapLook, takeSnapshot } from './snapshot.ts';
import { sourceIdentities } from './source-identities.ts';
import type { SourceIdentities } from './source-identities.ts';
import type { StepInputs } from './swap-objective.ts';
import { eagerStepper } from './swap-stepper.ts';
import type { SwapStepper } from './swap-stepper.ts';
import { imagesAt } from './training-set.ts';
import type { TrainingSet } from './training-set.ts';
import { startState } from './training-state.ts';
import type { TrainingState } from './training-state.ts';
import type { StepContext } from './training-step.ts';
import { viewFraming } from './view-framing.ts';

/** Faces that the first batch statistics are measured on: as many as fit these pixels of the encoder's input. */
const CALIBRATION = { fewest: 8, most: 64, pixels: 2 ** 20 };

/** What the stage is made of. */
export interface SwapStageRequest {
  readonly config: TrainingConfig;
  readonly data: TrainingSet;
  readonly networks: LossNetworks;
  /** Of an engine that compiles; absent: tfjs computes every operation when it is called. */
  readonly compiler?: RuntimeOptions | undefined;
  /** True when a checkpoint will be restored: then nothing is initialised or measured. */
  readonly resumed: boolean;
  /** One line for the person who watches. */
  readonly say: (line: string) => void;
}

/** What every step is taken with. */
interface Stepping {
  readonly context: StepContext;
  readonly identities: SourceIdentities;
  /** Whether shapes must be the same in every step. */
  readonly compiled: boolean;
}

/** The stage `train`. */
export type SwapStage = Stage<TrainingState, PairBatch, LoadedPairs>;

async function initialised(weights: ModelWeights, model: SwapModel, { initialise }: TrainingConfig): Promise<ModelWeights> {
  let { swapper, discriminator } = weights;
  for (const part of ['encoder', 'generator'] as const) {
    const file = initialise[part];
    if (file !== undefined) swapper = await initialisePart(model.swapper.layout, swapper, { part: `${part}.`, file });
  }
  if (initialise.discriminator !== undefined) {
    discriminator = await initialisePart(model.discriminator.layout, discriminator, { part: '', file: initialise.discriminator });
  }
  return { swapper, discriminator };
}

/** The model with the batch statistics of faces spread over the dataset. */
async function calibrated({ training, dataset }: TrainingSet, { model, weights }: ReturnType<typeof createModel>, perform: Performer): Promise<SwapModel> {
  const wanted = Math.floor(CALIBRATION.pixels / model.context.config.inputResolution ** 2);
  const count = Math.min(CALIBRATION.most, Math.max(CALIBRATION.fewest, wanted));
  const stride = Math.max(1, Math.floor(training.length / count));
  const images = await imagesAt(dataset, training.filter((_, position) => position % stride === 0).slice(0, count));
  const result = await calibrateSwapper(model, { flat: weights.swapper, images }, perform);
  images.dispose();
  return result;
}

function bucketsOf(model: SwapModel, state: TrainingState): readonly FlatBucket[] {
  const swapper = model.swapper.layout;
  const discriminator = model.discriminator.layout;
  return [
    { prefix: 'swapper.', layout: swapper, flat: state.weights.swapper, shown: { as: 'weights', network: 'swapper' } },
    { prefix: 'average.', layout: swapper, flat: state.average },
    { prefix: 'discriminator.', layout: discriminator, flat: state.weights.discriminator, shown: { as: 'weights', network: 'discriminator' } },
    { prefix: 'swapper-first-moment.', layout: swapper, flat: state.swapperAdam.first },
    { prefix: 'swapper-second-moment.', layout: swapper, flat: state.swapperAdam.second, shown: { as: 'second moment', network: 'swapper' } },
    { prefix: 'discriminator-first-moment.', layout: discriminator, flat: state.discriminatorAdam.first },
    { prefix: 'discriminator-second-moment.', layout: discriminator, flat: state.discriminatorAdam.second, shown: { as: 'second moment', network: 'discriminator' } },
  ];
}

/** A state as it is saved. */
export function packState(model: SwapModel, state: TrainingState): PackedState {
  return {
    buckets: bucketsOf(model, state),
    buffers: new Map([...model.swapper.buffers].map(([name, tensor]) => [`buffer.${name}`, tensor])),
    numbers: { step: state.step, swapperUpdates: state.swapperAdam.updates, discriminatorUpdates: state.discriminatorAdam.updates },
  };
}

/** A saved state for a model of the same config. @throws InputError when the sizes differ */
export function unpackState(model: SwapModel, { tensors, numbers }: StoredState): TrainingState {
  const swapper = (prefix: string) => flatFromTensors(model.swapper.layout, { tensors, prefix: `${prefix}.`, origin: 'checkpoint' });
  const critic = (prefix: string) => flatFromTensors(model.discriminator.layout, { tensors, prefix: `${prefix}.`, origin: 'checkpoint' });
  return {
    step: numbers['step'] as number,
    weights: { swapper: swapper('swapper'), discriminator: critic('discriminator') },
    average: swapper('average'),
    swapperAdam: { first: swapper('swapper-first-moment'), second: swapper('swapper-second-moment'), updates: numbers['swapperUpdates'] as number },
    discriminatorAdam: {
      first: critic('discriminator-first-moment'),
      second: critic('discriminator-second-moment'),
      updates: numbers['discriminatorUpdates'] as number,
    },
  };
}

/** The compiler, which tells the person who watches of every graph that it compiles. */
function compilerThatSays(compiler: RuntimeOptions, say: (line: string) => void): RuntimeOptions {
  return { ...compiler, onGraph: (facts) => { say(`compiled ${facts.name}: ${facts.nodes} operations in ${(facts.milliseconds / 1000).toFixed(1)} s`); compiler.onGraph?.(facts); } };
}

function stepperFor(context: StepContext, compiler: RuntimeOptions | undefined): SwapStepper {
  return compiler === undefined ? eagerStepper(context) : compiledStepper(context, compiler);
}

/** The view of this batch as matrices, where shapes must not change from step to step, views differ, and the identity network can take them. */
function framingOf({ compiled, context: { config, networks } }: Stepping, { pairs: { view } }: LoadedPairs): Pick<StepInputs, 'framing'> {
  const { identityScales, lossResolution } = config.objective;
  if (!compiled || networks.embedThrough === undefined || identityScales.smallest === identityScales.largest) return {};
  return { framing: viewFraming(Math.min(config.generator.resolution, lossResolution), view) };
}

/** The tensors of a batch, whole or in parts, for as long as a step needs them. */
async function stepWith<Result>(stepping: Stepping, batch: LoadedPairs, step: (parts: readonly StepInputs[]) => Promise<Result>): Promise<Result> {
  const { identities, context: { config } } = stepping;
  const { parts, composite } = config;
  const slots = config.batch / parts;
  const inputs: StepInputs[] = [];
  try {
    for (let part = 0; part < parts; part += 1) {
      inputs.push({ ...(await pairInputs(batch, { identities, composite }, { start: part * slots, slots })), ...framingOf(stepping, batch) });
    }
    return await step(inputs);
  } finally {
    for (const { view: _, ...tensors } of inputs) tf.dispose(tensors as never);
  }
}

/** How sources of other people are chosen. */
async function matching({ composite }: TrainingConfig, data: TrainingSet): Promise<Pick<PairSource, 'candidates' | 'likeness'>> {
  if (composite === undefined || composite.candidates === 1) return { candidates: 1 };
  return { candidates: composite.candidates, likeness: await faceLikeness(data) };
}

/** Opens the stage. @throws InputError when a file to start from, or the config, does not fit */
export async function swapStage({ config, data, networks, compiler: given, resumed, say }: SwapStageRequest): Promise<SwapStage> {
  const compiler = given === undefined ? undefined : compilerThatSays(given, say);
  const perform = performer(compiler);
  const identities = await sourceIdentities(data, networks, { say, perform });
  const created = createModel(config);
  const weights = resumed ? created.weights : await initialised(created.weights, created.model, config);
  const scale = rateScale(created.model, config);
  const steppingWith = (current: SwapModel): Stepping => ({ context: { config, model: current, networks, rateScale: scale }, identities, compiled: compiler !== undefined });
  let model = resumed ? created.model : await calibrated(data, { model: created.model, weights }, perform);
  const { smallest, largest } = config.objective.identityScales;
  const source: PairSource = { viewScales: [smallest, largest], sources: data.training, targets: data.targets, batch: config.batch, sameShare: config.sameShare, sourceJitter: config.sourceJitter, mirrorSources: config.mirrorSources, ...(await matching(config, data)) };
  let stepper = stepperFor(steppingWith(model).context, compiler);
  let look = swapLook(model, networks, perform);
  return {
    kind: 'train',
    pace: config,
    config,
    parameterCounts: { 'encoder and generator': model.swapper.layout.total, discriminator: model.discriminator.layout.total },
    start: () => stepper.open(startState(weights)),
    restore(stored) {
      tf.dispose(weights as never);
      model = restoreBuffers(model, stored.tensors);
      stepper = stepperFor(steppingWith(model).context, compiler);
      look = swapLook(model, networks, perform);
      return stepper.open(unpackState(model, stored));
    },
    pack: async (state) => packState(model, await stepper.read(state)),
    plans: (from) => pairSampler(source, from ?? config.seed),
    load: (pairs) => loadPairs(data, pairs),
    step: (state, batch) => stepWith(steppingWith(model), batch, (parts) => stepper.step(state, parts)),
    ...(compiler === undefined ? { memory: (state: TrainingState) => countTrainingStep(steppingWith(model).context, state) } : {}),
    snapshot: async (state) => takeSnapshot({ look, flat: (await stepper.read(state)).average, data }),
  };
}
