/** `mfim-train export-face3d RUN --out FOLDER`. */
import { readIct } from '@mfim/losses-3dmm/node';
import { buildCommand } from '@stricli/core';
import { openEngine } from '../engine/open-engine.ts';
import { exportRegressor } from '../export/export-regressor.ts';
import { regressionConfigOf } from '../regression/averaged-regressor.ts';
import { STEP_FLAG, chosenCheckpoint } from './chosen-checkpoint.ts';
import { METRICS_FLAG, readMetrics } from './export.ts';
import { say } from './say.ts';

interface Flags {
  readonly out: string;
  readonly step?: string;
  readonly metrics?: string;
}

async function exportFace3d({ out, step, metrics }: Flags, run: string): Promise<void> {
  await openEngine('cpu');
  const checkpoint = await chosenCheckpoint(run, step);
  const head = await readIct(regressionConfigOf(checkpoint).model);
  const bytes = await exportRegressor({ checkpoint, head, folder: out, metrics: await readMetrics(metrics) });
  say(`the regressor of step ${checkpoint.step}, ${(bytes / 1e6).toFixed(1)} MB, in ${out}`);
}

/** Exports a regressor's averaged weights. */
export const exportFace3dCommand = buildCommand({
  func: exportFace3d,
  parameters: {
    flags: {
      out: { kind: 'parsed', parse: String, brief: 'Folder of the network' },
      step: STEP_FLAG,
      metrics: METRICS_FLAG,
    },
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'Folder of a run of regress', placeholder: 'run' }] },
  },
  docs: { brief: 'Export a face regressor as ONNX with a model card to complete' },
});
