/** A memory report as lines for people. */
import type { TrainingConfig } from '../config/training-config.ts';
import { STEP_PHASES } from '../training/training-step.ts';
import { displayBytes } from '../watch/display-number.ts';
import { ON_TOP, PHASE_TITLES } from './describe-memory.ts';
import type { MemoryReport } from './memory-report.ts';

const TITLE_WIDTH = 32;
const COLUMN_WIDTH = 32;

const row = (title: string, ...columns: readonly string[]): string => `${title.padEnd(TITLE_WIDTH)}${columns.map((column) => column.padStart(COLUMN_WIDTH)).join('')}`;

const mark = (isConfigured: boolean): string => (isConfigured ? ' (config)' : '');

/** The lines of a report. */
export function memoryTable({ batch, parts, generator, recompute }: TrainingConfig, report: MemoryReport): readonly string[] {
  const { parameters, resident, plain, recomputed } = report;
  const peaks = STEP_PHASES.map((phase) => row(`  ${PHASE_TITLES[phase]}`, ...[plain, recomputed].map(({ phases }) => displayBytes(phases.get(phase) ?? 0))));
  return [
    `${batch} images of ${generator.resolution} pixels a step, ${batch / parts} at a time`,
    `parameters: ${parameters.swapper.toLocaleString('en')} in encoder and generator, ${parameters.discriminator.toLocaleString('en')} in discriminator`,
    '',
    row('before a step'),
    row('  weights', displayBytes(resident.weights)),
    row('  averaged weights', displayBytes(resident.average)),
    row('  moments of the optimisers', displayBytes(resident.moments)),
    row('  factors on the rates', displayBytes(resident.rateFactors)),
    row('  loss networks', displayBytes(resident.lossNetworks)),
    row('peak, with all of that', `plain${mark(recompute === undefined)}`, `recomputed from ${recomputed.from}${mark(recompute !== undefined)}`),
    ...peaks,
    row('  the whole step', displayBytes(plain.peak), displayBytes(recomputed.peak)),
    '',
    `Counted with shapes alone, for a step with every term in it. Not counted: ${ON_TOP}.`,
  ];
}
