/** What `mfim-train bench` prints. */
import { displayBytes } from '../watch/display-number.ts';
import type { TrainingReport } from './measure-training.ts';
import type { Measured, SideRatio } from './summarise-rounds.ts';

const NAME_WIDTH = 36;
const VALUE_WIDTH = 10;

function row(name: string, value: number, unit: string): string {
  return `${name.padEnd(NAME_WIDTH)} ${value.toFixed(1).padStart(VALUE_WIDTH)} ${unit}`;
}

const memoryRow = (name: string, bytes: number): string => `${name.padEnd(NAME_WIDTH)} ${displayBytes(bytes).padStart(VALUE_WIDTH)}`;

function sideLines({ name, description, milliseconds, meanMilliseconds, imagesPerSecond, peakBytes, peakDeviceBytes }: Measured): readonly string[] {
  return [
    `${name}: ${description}`,
    ...Object.entries(milliseconds).map(([kind, value]) => row(`  ${kind} step`, value, 'ms')),
    row('  mean step', meanMilliseconds, 'ms'),
    row('  images', imagesPerSecond, 'a second'),
    memoryRow('  peak resident memory', peakBytes),
    ...(peakDeviceBytes === undefined ? [] : [memoryRow('  peak memory on the GPU', peakDeviceBytes)]),
  ];
}

function ratioLine({ name, against, mean, kinds, peakMemory }: SideRatio): string {
  const each = Object.entries(kinds).map(([kind, value]) => `${kind} ${value.toFixed(2)}`);
  return `${name} / ${against}: time ${mean.toFixed(2)} (${each.join(', ')}), peak resident memory ${peakMemory.toFixed(2)} (below 1, the first is better)`;
}

/** The report for people. */
export function reportLines({ parameters, random, sides, agreement, ratios, kinds, reason }: TrainingReport): readonly string[] {
  return [
    `parameters: ${Object.entries(parameters).map(([name, count]) => `${count.toLocaleString('en')} in ${name}`).join(', ')}`,
    `steps: ${kinds.map(({ name, share }) => `${(100 * share).toFixed(1)} % ${name}`).join(', ')}`,
    ...(random.length === 0 ? [] : [`random weights, for want of their files: ${random.join(', ')}`]),
    ...agreement.map(({ name, reference, terms, gradients, worstGradient, moves }) =>
      `${name} takes the step of ${reference}: terms differ by ${terms.toExponential(1)}, gradients by ${gradients.toExponential(1)} (${worstGradient}), moves by ${moves.toExponential(1)}`),
    ...sides.flatMap(sideLines),
    ...ratios.map(ratioLine),
    ...(reason === undefined ? [] : [`PyTorch: not compared, ${reason}`]),
  ];
}
