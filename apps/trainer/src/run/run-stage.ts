/**
 * Runs a stage in a folder until its last step or an abort: reads ahead, steps, logs, draws, saves.
 *
 * A save holds the state after the last whole step and the plan stream as that step left it, so that a
 * killed run repeats at most the steps since its last save, and repeats them exactly.
 */
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { removeTemporaries, replaceFile } from '../files/replace-file.ts';
import { describeMemory } from '../memory/describe-memory.ts';
import { firstNonFinite } from '../watch/alarms/first-non-finite.ts';
import type { NonFiniteValue } from '../watch/alarms/first-non-finite.ts';
import { CONFIG_FILE, SNAPSHOTS_FOLDER } from '../watch/run-files.ts';
import { openRunWatch } from '../watch/run-watch.ts';
import type { RunWatch } from '../watch/run-watch.ts';
import type { Terminal } from '../watch/live-output.ts';
import { batchQueue } from './batch-queue.ts';
import type { BatchQueue, QueuedBatch } from './batch-queue.ts';
import { bestCheckpoint, markBest, saveCheckpoint, thinCheckpoints } from './checkpoint-store.ts';
import type { Checkpoint, StoredLayout } from './checkpoint-file.ts';
import { layerValues } from './parameter-histograms.ts';
import { writeRunFacts } from './run-facts.ts';
import type { RunSubject } from './run-facts.ts';
import type { Stage, StepResult } from './stage.ts';
import { TermMeans } from './term-means.ts';

/** Batches that are read ahead of the step. */
const READ_AHEAD = 3;
const STEP_DIGITS = 7;

interface Counted {
  readonly step: number;
}

/** What to run, where. */
export interface RunRequest<State extends Counted, Plan, Batch> {
  readonly stage: Stage<State, Plan, Batch>;
  /** The run's folder; its lock is the caller's. */
  readonly folder: string;
  readonly subject: RunSubject;
  /** Continue from here; absent: start. */
  readonly checkpoint?: Checkpoint;
  /** First step at which the identity term counts, for the alarm about collapse. */
  readonly identityFrom: number;
  /** Finishes the step, saves, returns. */
  readonly signal: AbortSignal;
  readonly terminal: Terminal;
}

interface Run<State extends Counted, Plan, Batch> extends RunRequest<State, Plan, Batch> {
  readonly watch: RunWatch;
  readonly queue: BatchQueue<Batch>;
  readonly means: TermMeans;
  /** Read before the first step. */
  first: QueuedBatch<Batch> | undefined;
  /** Of the checkpoint that would be written now. */
  stream: readonly number[];
  best: number;
  /** Step of the last save, or of the checkpoint to continue from: the best, the due and the last one may coincide. */
  savedStep: number | undefined;
  since: number;
}

const isDue = (count: number, every: number): boolean => count % every === 0;

async function nonFiniteIn<State extends Counted>(stage: Stage<State, unknown, never>, state: State): Promise<NonFiniteValue | undefined> {
  for (const { prefix, layout, flat } of (await stage.pack(state)).buckets) {
    const found = firstNonFinite({ names: layout.names.map((name) => prefix + name), sizes: layout.sizes }, flat.dataSync() as Float32Array);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function save<State extends Counted, Plan, Batch>(run: Run<State, Plan, Batch>, state: State): Promise<void> {
  const { stage, folder } = run;
  if (run.savedStep === state.step) return;
  const inspect = (layout: StoredLayout, values: Float32Array): Promise<void> => run.watch.assertFiniteParameters(state.step, firstNonFinite(layout, values));
  await saveCheckpoint(folder, { packed: await stage.pack(state), step: state.step, stream: run.stream, config: JSON.stringify(stage.config), inspect });
  await thinCheckpoints(folder, stage.pace.keep);
  run.savedStep = state.step;
}

/** Draws, measures, and saves when the state is the best so far. */
async function snapshot<State extends Counted, Plan, Batch>(run: Run<State, Plan, Batch>, state: State): Promise<void> {
  const { step } = state;
  const { png, measures, score } = await run.stage.snapshot(state);
  await replaceFile(path.join(run.folder, SNAPSHOTS_FOLDER, `${String(step).padStart(STEP_DIGITS, '0')}.png`), png);
  const { width, height } = await sharp(png).metadata();
  await run.watch.snapshot({ step, png, width, height });
  await run.watch.measured(step, measures);
  for (const { tag, values } of await layerValues((await run.stage.pack(state)).buckets)) run.watch.histogram(step, tag, values);
  if (score === undefined || !(score > run.best)) return;
  run.best = score;
  await save(run, state);
  await markBest(run.folder, { step, score });
}

async function record<State extends Counted, Plan, Batch>(run: Run<State, Plan, Batch>, state: State): Promise<void> {
  const { batch } = run.stage.pace;
  const seconds = (performance.now() - run.since) / 1000;
  run.since = performance.now();
  const entry = {
    step: state.step,
    kimg: (state.step * batch) / 1000,
    imagesPerSecond: (run.means.count * batch) / seconds,
    secondsPerStep: seconds / run.means.count,
    waitingShare: run.queue.takeWaited() / (1000 * seconds),
    memoryBytes: process.memoryUsage.rss(),
    terms: run.means.take(),
  };
  await run.watch.record(entry, () => nonFiniteIn(run.stage as never, state));
}

/** Says what a step will need before the first one is taken; its batch is kept for that step. */
async function sayPeak<State extends Counted, Plan, Batch>(run: Run<State, Plan, Batch>, state: State): Promise<void> {
  run.first = await run.queue.next();
  const count = run.stage.memory?.(state, run.first.batch);
  if (count !== undefined) run.watch.say(describeMemory(count));
  run.since = performance.now();
}

async function loop<State extends Counted, Plan, Batch>(run: Run<State, Plan, Batch>, start: State): Promise<State> {
  const { stage, signal } = run;
  const { steps, logEvery, snapshotEvery, saveEvery } = stage.pace;
  let state = start;
  if (state.step < steps && !signal.aborted) await sayPeak(run, state);
  while (state.step < steps && !signal.aborted) {
    const { batch, stream } = run.first ?? (await run.queue.next());
    run.first = undefined;
    const result: StepResult<State> = await stage.step(state, batch);
    state = result.state;
    run.stream = stream;
    run.means.add(result.terms);
    if (isDue(state.step, logEvery)) await record(run, state);
    if (isDue(state.step, snapshotEvery)) await snapshot(run, state);
    if (isDue(state.step, saveEvery)) await save(run, state);
    // Lets signals, timers and reads be served between two steps.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return state;
}

async function open<State extends Counted, Plan, Batch>(request: RunRequest<State, Plan, Batch>): Promise<Run<State, Plan, Batch>> {
  const { stage, folder, checkpoint, subject, identityFrom, terminal } = request;
  await mkdir(path.join(folder, SNAPSHOTS_FOLDER), { recursive: true });
  await removeTemporaries(path.join(folder, SNAPSHOTS_FOLDER));
  await replaceFile(path.join(folder, CONFIG_FILE), `${JSON.stringify(stage.config, null, 2)}\n`);
  await writeRunFacts(folder, subject);
  const resumed = checkpoint === undefined ? {} : { resumeStep: checkpoint.step };
  const watch = await openRunWatch({ folder, steps: stage.pace.steps, identityFrom, config: stage.config, terminal, ...resumed });
  const plans = stage.plans(checkpoint?.stream);
  const stream = plans.state();
  const queue = batchQueue({ plans, load: (plan) => stage.load(plan), depth: READ_AHEAD });
  const best = (await bestCheckpoint(folder))?.score ?? -Infinity;
  return { ...request, watch, queue, first: undefined, savedStep: checkpoint?.step, stream, best, means: new TermMeans(), since: performance.now() };
}

/**
 * Trains until `pace.steps` or an abort; saves at the end in both cases.
 *
 * @returns the last step taken
 * @throws InputError when the disk is full (older checkpoints stay whole), NonFiniteError when a term or parameter is
 */
export async function runStage<State extends Counted, Plan, Batch>(request: RunRequest<State, Plan, Batch>): Promise<number> {
  const { stage, checkpoint } = request;
  const run = await open(request);
  try {
    const counts = Object.entries(stage.parameterCounts).map(([name, count]) => `${count.toLocaleString('en')} in ${name}`);
    run.watch.say(`parameters: ${counts.join(', ')}`);
    const state = await loop(run, await (checkpoint === undefined ? stage.start() : stage.restore(checkpoint)));
    await save(run, state);
    return state.step;
  } finally {
    await run.queue.close();
    await run.watch.close();
  }
}
