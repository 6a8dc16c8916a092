/** Runs a stage in a locked folder, from its config or from its newest whole checkpoint. */
import { registerSecondOrderGradients } from '@mfim/nn';
import { InputError } from '@mfim/tensor-contracts';
import { datasetHash } from '../dataset/dataset-hash.ts';
import { openEngine } from '../engine/open-engine.ts';
import type { EngineChoice } from '../engine/engine-names.ts';
import type { Engine } from '../engine/open-engine.ts';
import { ENGINES } from '../engine/registry.ts';
import { generatorDistance } from '../pretraining/generator-distance.ts';
import type { GeneratorDistance } from '../pretraining/generator-distance.ts';
import { pretrainingStage } from '../pretraining/pretraining-stage.ts';
import { squeezeFeatures } from '../pretraining/squeeze-features.ts';
import type { PretrainingConfig } from '../pretraining/pretraining-config.ts';
import type { TrainingConfig } from '../config/training-config.ts';
import type { Checkpoint } from '../run/checkpoint-file.ts';
import { runStage } from '../run/run-stage.ts';
import type { RunSubject } from '../run/run-facts.ts';
import { loadLossNetworks } from '../training/loss-networks.ts';
import { swapStage } from '../training/swap-stage.ts';
import { openTrainingSet } from '../training/training-set.ts';
import type { TrainingSet } from '../training/training-set.ts';
import { EXIT_INTERRUPTED, interruptSignal } from './interrupt-signal.ts';
import { say } from './say.ts';

/** What to run, where. */
export type Job = { readonly folder: string; readonly checkpoint?: Checkpoint } & (
  | { readonly kind: 'train'; readonly config: TrainingConfig }
  | { readonly kind: 'pretrain'; readonly config: PretrainingConfig }
);

interface Prepared {
  readonly engine: Engine;
  readonly data: TrainingSet;
  readonly subject: RunSubject;
  readonly signal: AbortSignal;
}

/** For stages whose steps are not compiled yet. @throws InputError when the config names an engine that compiles */
export async function openPlainEngine(kind: 'pretrain' | 'regress', choice: EngineChoice): Promise<Engine> {
  const able = ENGINES.filter(({ compiles }) => compiles !== true);
  const names = able.map(({ name }) => name);
  if (choice === 'auto' || names.includes(choice)) return openEngine(choice, able);
  throw new InputError({
    where: `${kind}: engine`,
    expected: `an engine that runs ${kind}: ${names.join(', ')}`,
    got: `${choice}, which compiles the steps of train only`,
    remedy: 'run: mfim-train engine install tensorflow, and set engine=tensorflow',
  });
}

async function prepare(job: Job): Promise<Prepared> {
  const { dataset } = job.config;
  const engine = await (job.kind === 'train' ? openEngine(job.config.engine) : openPlainEngine(job.kind, job.config.engine));
  say(engine.description);
  registerSecondOrderGradients();
  const data = await openTrainingSet(dataset, job.kind === 'train' ? job.config.sourceOnly : []);
  say(`${data.training.length} images to train on, ${data.heldOut.length} held out`);
  const { size, count } = data.dataset.index;
  const subject = { engine, dataset: { folder: dataset, images: count, size, sha256: await datasetHash(dataset) } };
  return { engine, data, subject, signal: interruptSignal(say) };
}

/** What the config's score measures; none where it is switched off. */
async function distanceOf({ score, seed, batch, parts }: PretrainingConfig, data: TrainingSet): Promise<GeneratorDistance | undefined> {
  if (score === undefined || score.images === 0) return undefined;
  return generatorDistance({ features: await squeezeFeatures(score.squeezeNet), data, images: score.images, seed, atOnce: batch / parts });
}

async function run(job: Job, { engine, data, subject, signal }: Prepared, judges: typeof loadLossNetworks): Promise<number> {
  const common = { folder: job.folder, subject, signal, terminal: process.stdout, ...(job.checkpoint === undefined ? {} : { checkpoint: job.checkpoint }) };
  if (job.kind === 'pretrain') {
    const stage = pretrainingStage(job.config, data, await distanceOf(job.config, data));
    return runStage({ ...common, stage, identityFrom: Number.POSITIVE_INFINITY });
  }
  const { config } = job;
  const networks = await judges(config.weights);
  const stage = await swapStage({ config, data, networks, compiler: engine.compiler, resumed: job.checkpoint !== undefined, say });
  return runStage({ ...common, stage, identityFrom: config.objective.identityFrom });
}

/**
 * Runs until the last step or an interruption, and says where it stopped. The lock is the caller's.
 *
 * @param judges where the networks that judge a swapped face come from
 */
export async function performRun(job: Job, judges = loadLossNetworks): Promise<void> {
  const prepared = await prepare(job);
  try {
    const last = await run(job, prepared, judges);
    say(`stopped at step ${last}; saved in ${job.folder}`);
  } finally {
    await prepared.data.dataset.close();
  }
  if (prepared.signal.aborted) process.exitCode = EXIT_INTERRUPTED;
}
