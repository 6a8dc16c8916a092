/** Runs the training of a face regressor in a locked folder, from its config or from its newest whole checkpoint. */
import { createHash } from 'node:crypto';
import type { HeadModel } from '@mfim/face3d';
import { readIct } from '@mfim/losses-3dmm/node';
import { registerSecondOrderGradients } from '@mfim/nn';
import { datasetHash } from '../dataset/dataset-hash.ts';
import { openHeadFaces } from '../regression/labelled-faces.ts';
import type { LabelledFaces } from '../regression/labelled-faces.ts';
import type { RegressionConfig } from '../regression/regression-config.ts';
import { regressionStage } from '../regression/regression-stage.ts';
import type { Checkpoint } from '../run/checkpoint-file.ts';
import type { RunSubject } from '../run/run-facts.ts';
import { runStage } from '../run/run-stage.ts';
import { EXIT_INTERRUPTED, interruptSignal } from './interrupt-signal.ts';
import { openPlainEngine } from './perform-run.ts';
import { say } from './say.ts';

/** What to run, where. */
export interface RegressionJob {
  readonly kind: 'regress';
  readonly folder: string;
  readonly config: RegressionConfig;
  readonly checkpoint?: Checkpoint;
}

/** All folders as one: their names, and a hash of their hashes. */
async function subjectOf(folders: readonly string[], { training, heldOut }: LabelledFaces): Promise<RunSubject['dataset']> {
  const hashes = await Promise.all(folders.map((folder) => datasetHash(folder)));
  const sha256 = hashes.length === 1 ? (hashes[0] as string) : createHash('sha256').update(hashes.join('\n')).digest('hex');
  return { folder: folders.join(', '), images: training.length + heldOut.length, size: (training[0] as LabelledFaces['training'][number]).dataset.size, sha256 };
}

async function run({ config, folder, checkpoint }: RegressionJob, faces: LabelledFaces, head: HeadModel): Promise<void> {
  const engine = await openPlainEngine('regress', config.engine);
  say(engine.description);
  registerSecondOrderGradients();
  say(`${faces.training.length} faces to train on, ${faces.heldOut.length} held out`);
  const subject = { engine, dataset: await subjectOf(config.datasets, faces) };
  const signal = interruptSignal(say);
  const stage = regressionStage(config, faces, head);
  const resumed = checkpoint === undefined ? {} : { checkpoint };
  const last = await runStage({ folder, stage, subject, identityFrom: Number.POSITIVE_INFINITY, signal, terminal: process.stdout, ...resumed });
  say(`stopped at step ${last}; saved in ${folder}`);
  if (signal.aborted) process.exitCode = EXIT_INTERRUPTED;
}

/** Runs until the last step or an interruption, and says where it stopped. The lock is the caller's. */
export async function performRegression(job: RegressionJob): Promise<void> {
  const { datasets: folders, leastConfidence, model } = job.config;
  const head = await readIct(model);
  const faces = await openHeadFaces(head, { folders, leastConfidence });
  try {
    await run(job, faces, head);
  } finally {
    await faces.close();
  }
}
