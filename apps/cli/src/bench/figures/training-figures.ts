/** Figures of the training step: what `mfim-train bench` measures, from a process of its own. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../../repository-root.ts';
import { measuredFigure, skippedFigure } from './figure.ts';
import type { Figure } from './figure.ts';

const execute = promisify(execFile);
/** Of a JSON report: small, but there is no reason to be short. */
const MOST_OUTPUT = 2 ** 26;
const ENGINE = 'onnx';
const OPPONENT = 'tensorflow';

/** One side over another, as `mfim-train bench --json` has it; below 1 the first is better. */
export interface SideRatio {
  readonly name: string;
  readonly against: string;
  readonly mean: number;
  readonly peakMemory: number;
}

/** What is read of the report. */
export interface TrainingReport {
  readonly ratios: readonly SideRatio[];
  readonly sides: readonly { readonly name: string; readonly meanMilliseconds: number; readonly peakBytes: number }[];
  readonly reason?: string;
}

type TrainingFigures = Readonly<Record<'trainingPytorch' | 'trainingTensorflow' | 'trainingMemory', Figure>>;

function skipAll(reason: string): TrainingFigures {
  return { trainingPytorch: skippedFigure('trainingPytorch', reason), trainingTensorflow: skippedFigure('trainingTensorflow', reason), trainingMemory: skippedFigure('trainingMemory', reason) };
}

/** Milliseconds of a step and peak memory of every side. */
function partsOf({ sides }: TrainingReport, read: (side: TrainingReport['sides'][number]) => number, unit: string): Figure['parts'] {
  return Object.fromEntries(sides.map((side) => [`${side.name} ${unit}`, read(side)]));
}

const MEGABYTE = 1e6;

/** The figures in a report. */
export function trainingFigures(report: TrainingReport): TrainingFigures {
  const toPytorch = report.ratios.find(({ name, against }) => name === ENGINE && against.startsWith('PyTorch'));
  const direct = report.ratios.find(({ name, against }) => name === ENGINE && against === OPPONENT);
  const reverse = report.ratios.find(({ name, against }) => name === OPPONENT && against === ENGINE);
  const toTensorflow = direct?.mean ?? (reverse === undefined ? undefined : 1 / reverse.mean);
  const times = { parts: partsOf(report, ({ meanMilliseconds }) => meanMilliseconds, 'ms') };
  const memory = { parts: partsOf(report, ({ peakBytes }) => peakBytes / MEGABYTE, 'MB') };
  const withoutPytorch = report.reason ?? 'the engine onnx or PyTorch took no part';
  return {
    trainingPytorch: toPytorch === undefined ? skippedFigure('trainingPytorch', withoutPytorch) : measuredFigure('trainingPytorch', toPytorch.mean, times),
    trainingTensorflow: toTensorflow === undefined ? skippedFigure('trainingTensorflow', 'no TensorFlow addon; `mfim-train engine install tensorflow` gets it') : measuredFigure('trainingTensorflow', toTensorflow, times),
    trainingMemory: toPytorch === undefined ? skippedFigure('trainingMemory', withoutPytorch) : measuredFigure('trainingMemory', toPytorch.peakMemory, memory),
  };
}

/** What a program that failed has to say: its last line, or, where Node ended it, the error. */
export function complaint(error: unknown): string {
  const { stderr = '', message } = error as { readonly stderr?: string; readonly message: string };
  const lines = stderr.trim().split('\n');
  return (lines.at(-1)?.startsWith('Node.js v') === true ? lines.findLast((line) => /^\w*Error\b/.test(line)) : lines.at(-1)) || message;
}

/** Runs `mfim-train bench`; without TensorFlow, if that is not usable here. */
export async function measureTraining(runs: number): Promise<TrainingFigures> {
  const root = repositoryRoot() ?? '';
  const [program, config] = [join(root, 'apps', 'trainer', 'bin', 'mfim-train.js'), join(root, 'apps', 'trainer', 'configs', 'bench-128.yaml')];
  if (!existsSync(program) || !existsSync(config)) return skipAll('mfim-train is not here: it comes with a source checkout');
  const run = async (engines: readonly string[]): Promise<TrainingFigures> => {
    const options = [program, 'bench', config, '--json', '--runs', String(runs), ...engines.flatMap((engine) => ['--engine', engine])];
    const { stdout } = await execute(process.execPath, options, { maxBuffer: MOST_OUTPUT });
    return trainingFigures(JSON.parse(stdout) as TrainingReport);
  };
  try {
    return await run([ENGINE, OPPONENT]);
  } catch (error) {
    if (!complaint(error).includes(OPPONENT)) return skipAll(complaint(error));
    return run([ENGINE]).catch((second: unknown) => skipAll(complaint(second)));
  }
}
