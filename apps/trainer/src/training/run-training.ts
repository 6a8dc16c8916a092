/**
 * A training run in a folder: config.json, metrics.jsonl, checkpoint.safetensors, snapshots/.
 * An abort finishes the step, saves, and returns.
 */
import { appendFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { registerSecondOrderGradients } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { CHECKPOINT_FILE, readCheckpoint, restoreModel, restoreState, saveCheckpoint } from '../checkpoint/save-checkpoint.ts';
import type { TrainingConfig } from '../config/training-config.ts';
import type { TrainingSet } from '../dataset/read-training-set.ts';
import { createModel } from '../model/swap-model.ts';
import type { ModelWeights, SwapModel } from '../model/swap-model.ts';
import { calibrateSwapper } from './calibrate-swapper.ts';
import { embedAll, imagesAt, stepInputs } from './image-batches.ts';
import { encoderRateScale } from './encoder-rate-scale.ts';
import { loadLossNetworks } from './loss-networks.ts';
import { pairSampler } from './pair-sampler.ts';
import type { PairSampler } from './pair-sampler.ts';
import { writeSnapshot } from './snapshot.ts';
import { startState } from './training-state.ts';
import type { TrainingState } from './training-state.ts';
import { trainingStep } from './training-step.ts';
import type { StepContext, StepTerms } from './training-step.ts';

const EMBEDDING_BATCH = 32;
/** Faces that the first batch statistics are measured on. */
const CALIBRATION_FACES = 64;
/** Most held-out faces in a snapshot grid. */
const SNAPSHOT_PAIRS = 6;

/** What a run is made of. */
export interface RunRequest {
  readonly config: TrainingConfig;
  readonly folder: string;
  readonly data: TrainingSet;
  /** Continue from the folder's checkpoint. */
  readonly resume: boolean;
  readonly signal: AbortSignal;
  /** One line for the person who watches. */
  readonly say: (line: string) => void;
}

interface Run extends RunRequest {
  readonly context: StepContext;
  readonly sampler: PairSampler;
  readonly embeddings: Float32Array;
}

/** Means of the terms since the last log line. */
class TermMeans {
  private readonly sums = new Map<string, { sum: number; count: number }>();

  add(terms: StepTerms): void {
    for (const [name, value] of Object.entries(terms)) {
      const entry = this.sums.get(name) ?? { sum: 0, count: 0 };
      this.sums.set(name, { sum: entry.sum + value, count: entry.count + 1 });
    }
  }

  take(): Record<string, number> {
    const means = Object.fromEntries([...this.sums].map(([name, { sum, count }]) => [name, sum / count]));
    this.sums.clear();
    return means;
  }
}

/** The model with the batch statistics of faces spread over the dataset. */
function calibrated({ data }: RunRequest, model: SwapModel, { swapper }: ModelWeights): SwapModel {
  const stride = Math.max(1, Math.floor(data.training.length / CALIBRATION_FACES));
  const faces = data.training.filter((_, position) => position % stride === 0).slice(0, CALIBRATION_FACES);
  const images = imagesAt(data.store, faces);
  const result = calibrateSwapper(model, swapper, images);
  images.dispose();
  return result;
}

async function open(request: RunRequest): Promise<{ readonly run: Run; readonly state: TrainingState }> {
  const { config, data, folder } = request;
  registerSecondOrderGradients();
  const networks = await loadLossNetworks(config.weights);
  request.say(`embedding ${data.store.count} faces once for the identity term`);
  const embeddings = await embedAll(data.store, networks, EMBEDDING_BATCH);
  const { model, weights } = createModel(config);
  const source = { sources: data.training, targets: data.targets, batch: config.batch, sameShare: config.sameShare, sourceJitter: config.sourceJitter };
  const contextOf = (ready: SwapModel): StepContext => ({ config, model: ready, networks, rateScale: encoderRateScale(ready, config.optimiser) });
  if (!request.resume) {
    const sampler = pairSampler(source, config.seed);
    return { run: { ...request, context: contextOf(calibrated(request, model, weights)), embeddings, sampler }, state: startState(weights) };
  }
  const checkpoint = await readCheckpoint(path.join(folder, CHECKPOINT_FILE));
  tf.dispose(weights as never);
  const context = contextOf(restoreModel(checkpoint, model));
  return {
    run: { ...request, context, embeddings, sampler: pairSampler(source, checkpoint.sampler) },
    state: restoreState(checkpoint, context.model),
  };
}

async function save(run: Run, state: TrainingState): Promise<void> {
  const facts = { sampler: run.sampler.state(), config: JSON.stringify(run.config) };
  await saveCheckpoint(path.join(run.folder, CHECKPOINT_FILE), run.context.model, { state, facts });
}

async function log(run: Run, state: TrainingState, progress: { readonly terms: Record<string, number>; readonly imagesPerSecond: number }): Promise<void> {
  const record = { step: state.step, kimg: (state.step * run.config.batch) / 1000, ...progress };
  await appendFile(path.join(run.folder, 'metrics.jsonl'), `${JSON.stringify({ time: new Date().toISOString(), ...record })}\n`);
  const terms = Object.entries(progress.terms).map(([name, value]) => `${name} ${value.toFixed(3)}`).join('  ');
  run.say(`step ${state.step}  kimg ${record.kimg.toFixed(2)}  ${progress.imagesPerSecond.toFixed(2)} images/s  ${terms}`);
}

function step(run: Run, state: TrainingState): { readonly state: TrainingState; readonly terms: StepTerms } {
  const inputs = stepInputs(run.data.store, run.embeddings, run.sampler.next());
  const result = trainingStep(run.context, state, inputs);
  tf.dispose(inputs as never);
  return result;
}

async function snapshot(run: Run, state: TrainingState): Promise<void> {
  const file = path.join(run.folder, 'snapshots', `${String(state.step).padStart(7, '0')}.png`);
  await writeSnapshot(file, run.context.model, { flat: state.average, store: run.data.store, faces: run.data.heldOut.slice(0, SNAPSHOT_PAIRS) });
}

const isDue = (count: number, every: number): boolean => count % every === 0;

async function loop(run: Run, start: TrainingState): Promise<TrainingState> {
  const { config } = run;
  const means = new TermMeans();
  let state = start;
  let since = performance.now();
  while (state.step < config.steps && !run.signal.aborted) {
    const result = step(run, state);
    state = result.state;
    means.add(result.terms);
    if (isDue(state.step, config.logEvery)) {
      const seconds = (performance.now() - since) / 1000;
      await log(run, state, { terms: means.take(), imagesPerSecond: (config.logEvery * config.batch) / seconds });
      since = performance.now();
    }
    if (isDue(state.step, config.snapshotEvery)) await snapshot(run, state);
    if (isDue(state.step, config.saveEvery)) await save(run, state);
    // Lets signals and timers be seen between two steps.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return state;
}

/**
 * Trains until `config.steps` or an abort; saves at the end in both cases.
 *
 * @returns the last step taken
 */
export async function runTraining(request: RunRequest): Promise<number> {
  await mkdir(path.join(request.folder, 'snapshots'), { recursive: true });
  await writeFile(path.join(request.folder, 'config.json'), `${JSON.stringify(request.config, null, 2)}\n`);
  const { run, state } = await open(request);
  const { swapper, discriminator } = run.context.model;
  request.say(`${swapper.layout.total} parameters in encoder and generator, ${discriminator.layout.total} in the discriminator`);
  const last = await loop(run, state);
  await save(run, last);
  return last.step;
}
