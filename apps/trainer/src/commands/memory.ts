/** `mfim-train memory CONFIG`: what a training step needs, counted without taking one. Needs the loss networks' weights, no dataset and no GPU. */
import { registerSecondOrderGradients } from '@mfim/nn';
import { buildCommand } from '@stricli/core';
import { readConfig } from '../config/read-config.ts';
import { openEngine } from '../engine/open-engine.ts';
import { memoryReport } from '../memory/memory-report.ts';
import { memoryTable } from '../memory/memory-table.ts';
import { loadLossNetworks } from '../training/loss-networks.ts';
import { say } from './say.ts';
import { setFlag } from './set-flag.ts';

interface Flags {
  readonly json: boolean;
  readonly set?: readonly string[];
}

/** Maps as plain objects. */
const plainMaps = (_: string, value: unknown): unknown => (value instanceof Map ? Object.fromEntries(value) : value);

async function memory({ json, set }: Flags, file: string): Promise<void> {
  const config = await readConfig(file, set ?? []);
  await openEngine('cpu');
  registerSecondOrderGradients();
  const report = memoryReport(config, await loadLossNetworks(config.weights));
  if (json) say(JSON.stringify(report, plainMaps, 2));
  else for (const line of memoryTable(config, report)) say(line);
}

/** Counts the memory of a step. */
export const memoryCommand = buildCommand({
  func: memory,
  parameters: {
    flags: { json: { kind: 'boolean', default: false, brief: 'Print JSON' }, set: setFlag },
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'YAML config', placeholder: 'config' }] },
  },
  docs: { brief: 'Count the memory that a training step needs' },
});
