/** What `mfim bench` does. */
import { memoryFiles, openBundle } from '@mfim/pipeline';
import type { BundleFiles } from '@mfim/pipeline';
import { folderFiles, nodeRuntime } from '@mfim/pipeline/node';
import { CONFIG_F, InputError } from '@mfim/tensor-contracts';
import type { BundleManifest } from '@mfim/tensor-contracts';
import { figureLines } from '../bench/figures/figure-lines.ts';
import { measureBench } from '../bench/measure-bench.ts';
import type { BenchReport } from '../bench/measure-bench.ts';
import { openPytorchPartner } from '../bench/pytorch-partner.ts';
import type { PartnerSearch } from '../bench/pytorch-partner.ts';
import { print, remark } from '../command-context.ts';
import type { MfimContext } from '../command-context.ts';
import { modelFolder } from '../model-folder.ts';
import type { BenchFlags } from './bench-command.ts';

const DEFAULT_RESOLUTION = 1024;
const SMALLEST = 64;

function refuse(expected: string, got: string, remedy: string): never {
  throw new InputError({ where: 'mfim bench', expected, got, remedy });
}

function checkFlags({ random, resolution, model, figures }: BenchFlags): void {
  if (figures !== undefined && (random || model !== undefined)) refuse('--figures alone, or --random or --model', 'both', 'leave one out');
  if (random && model !== undefined) refuse('--random or --model', 'both', 'leave one out');
  if (!random && resolution !== undefined) refuse('--random with --resolution', 'no --random', 'add --random');
  const allowed = [SMALLEST, 128, 256, 512, DEFAULT_RESOLUTION];
  if (resolution !== undefined && !allowed.includes(resolution)) {
    refuse(`--resolution to be one of ${allowed.join(', ')}`, String(resolution), 'choose one of these');
  }
}

async function filesFor(context: MfimContext, flags: BenchFlags): Promise<BundleFiles> {
  if (!flags.random) return folderFiles(modelFolder({ model: flags.model, environment: context.environment }));
  const resolution = flags.resolution ?? DEFAULT_RESOLUTION;
  remark(context, `building and exporting the ${resolution} networks with random weights ...`);
  const { randomBundle } = await import('../bench/random-bundle.ts');
  return memoryFiles(await randomBundle({ resolution }));
}

async function findPartner(manifest: BundleManifest, environment: MfimContext['environment']): Promise<PartnerSearch> {
  const { channels, resolution } = manifest;
  const configF = channels.base === CONFIG_F.base && channels.maximum === CONFIG_F.maximum;
  if (!configF) return { reason: 'this model is narrower than config F, which the PyTorch partner builds' };
  return openPytorchPartner(resolution, environment);
}

function printTable(context: MfimContext, report: BenchReport): void {
  const { model, generator, pytorch } = report;
  const row = (name: string, value: number, unit: string): void =>
    print(context, `${name.padEnd(30)} ${value.toFixed(1).padStart(10)} ${unit}`);
  print(context, `${model.name}: ${model.input} pixels in, ${model.resolution} out; ${report.machine.cpu}, ${report.machine.cores} cores`);
  row('swap (two encoder passes)', report.swap.milliseconds, 'ms');
  row('encoder, one pass', report.encoder.milliseconds, 'ms');
  row('mixing', report.mixing.milliseconds, 'ms');
  row('generator', generator.milliseconds, 'ms');
  row('generator', generator.gflops, 'GFLOP/s');
  row('matrix product, ONNX Runtime', report.sgemmGflops, 'GFLOP/s');
  if (pytorch === null) {
    print(context, `PyTorch: not compared, ${generator.reason ?? ''}`);
    return;
  }
  for (const [name, milliseconds] of Object.entries(pytorch.variants)) row(`PyTorch ${name}`, milliseconds, 'ms');
  row('matrix product, PyTorch', pytorch.sgemmGflops, 'GFLOP/s');
  print(context, `ours / fastest PyTorch: ${generator.ratioToPyTorch?.toFixed(3)} (below 1, ours is faster)`);
}

async function benchFigures(context: MfimContext, letters: NonNullable<BenchFlags['figures']>, { runs, json }: BenchFlags): Promise<void> {
  const { measureFigures } = await import('../bench/figures/measure-figures.ts');
  const remarkTo = (line: string): void => remark(context, line);
  const report = await measureFigures({ letters, runs, runtime: await nodeRuntime(), environment: context.environment, remark: remarkTo });
  if (json) return print(context, JSON.stringify(report, undefined, 2));
  const { machine } = report;
  print(context, `${machine.cpu}, ${machine.cores} cores, ${machine.runtime}, Node ${machine.node}; medians of ${report.runs} rounds`);
  for (const line of figureLines(report.figures)) print(context, line);
}

/** Measures and prints. @throws InputError when flags contradict each other or the model is wrong. */
export async function bench(context: MfimContext, flags: BenchFlags): Promise<void> {
  checkFlags(flags);
  if (flags.figures !== undefined) return benchFigures(context, flags.figures, flags);
  const runtime = await nodeRuntime();
  const bundle = await openBundle(await filesFor(context, flags), runtime);
  const search = await findPartner(bundle.manifest, context.environment);
  const onRound = (round: number): void => remark(context, round === 0 ? 'warm-up ...' : `round ${round} of ${flags.runs} ...`);
  try {
    const report = await measureBench({ bundle, runtime, search, runs: flags.runs, onRound });
    if (flags.json) print(context, JSON.stringify(report, undefined, 2));
    else printTable(context, report);
  } finally {
    if ('partner' in search) search.partner.stop();
    await bundle.release();
  }
}
