/** `mfim-train evaluate RUN`: what the snapshots measure, on all held-out faces of the run's dataset; shape, pose and expression by the open regressor. */
import { registerSecondOrderGradients } from '@mfim/nn';
import { InputError } from '@mfim/tensor-contracts';
import { buildCommand } from '@stricli/core';
import { checkConfig } from '../config/read-config.ts';
import { openEngine } from '../engine/open-engine.ts';
import { performer } from '../engine/performer.ts';
import { averagedModel } from '../model/averaged-model.ts';
import { judgingWeights } from '../training/judging-weights.ts';
import { loadLossNetworks } from '../training/loss-networks.ts';
import { measureFaces, swapLook } from '../training/snapshot.ts';
import { openTrainingSet } from '../training/training-set.ts';
import { STEP_FLAG, chosenCheckpoint } from './chosen-checkpoint.ts';
import { say } from './say.ts';

interface Flags {
  readonly json: boolean;
  readonly dataset?: string;
  readonly step?: string;
  readonly face3d?: string;
}

const FEWEST = 2;

async function evaluate({ json, dataset, step, face3d }: Flags, run: string): Promise<void> {
  const checkpoint = await chosenCheckpoint(run, step);
  const config = checkConfig(JSON.parse(checkpoint.config), checkpoint.file);
  const { compiler } = await openEngine(config.engine);
  registerSecondOrderGradients();
  const data = await openTrainingSet(dataset ?? config.dataset, config.sourceOnly);
  if (data.heldOut.length < FEWEST) {
    throw new InputError({ where: dataset ?? config.dataset, expected: 'held-out faces', got: String(data.heldOut.length), remedy: 'prepare the dataset with --held-out' });
  }
  const { model, flat } = averagedModel(config, checkpoint);
  const networks = await loadLossNetworks(await judgingWeights(config.weights, face3d));
  const look = swapLook(model, networks, performer(compiler));
  const measures = await measureFaces({ look, flat, data }, data.heldOut);
  await data.dataset.close();
  const result = { step: checkpoint.step, faces: data.heldOut.length, identityBy: 'MobileFaceNet (used in training)', coefficientsBy: networks.regressor?.name ?? 'none: name a folder with --face3d', ...measures };
  if (json) say(JSON.stringify(result, null, 2));
  else for (const [name, value] of Object.entries(result)) say(`${name.padEnd(24)} ${typeof value === 'number' && !Number.isInteger(value) ? value.toFixed(4) : value}`);
}

/** Measures a run. */
export const evaluateCommand = buildCommand({
  func: evaluate,
  parameters: {
    flags: {
      json: { kind: 'boolean', default: false, brief: 'Print JSON' },
      dataset: { kind: 'parsed', parse: String, optional: true, brief: 'Another dataset with held-out faces' },
      step: STEP_FLAG,
      face3d: { kind: 'parsed', parse: String, optional: true, brief: "Folder of the face regressor; default the config's open one, else models/open-face3d" },
    },
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'Folder of the run', placeholder: 'run' }] },
  },
  docs: { brief: 'Measure a run on held-out faces' },
});
