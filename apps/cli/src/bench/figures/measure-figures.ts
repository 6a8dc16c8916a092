/** Measures the figures that were asked for, in few runs, and puts them in the order of the table. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryFiles, openBundle } from '@mfim/pipeline';
import type { EncoderConfig } from '@mfim/encoder';
import type { InferenceRuntime } from '@mfim/tensor-contracts';
import { openPytorchPartner } from '../pytorch-partner.ts';
import { randomBundle } from '../random-bundle.ts';
import type { BundleBytes } from '../random-bundle.ts';
import { openSgemmProbe } from '../sgemm-probe.ts';
import type { SgemmProbe } from '../sgemm-probe.ts';
import { openBrowserPartner } from './browser-partner.ts';
import { downloadFigure } from './download-figure.ts';
import type { Figure, FigureLetter } from './figure.ts';
import { FIGURES } from './figure.ts';
import type { FigureName } from './figure.ts';
import { fullSizeFigures } from './full-size-figures.ts';
import { smallFigures } from './small-figures.ts';
import { measureTraining } from './training-figures.ts';

/** What is wanted, and how it is measured. */
export interface FiguresRequest {
  readonly letters: readonly FigureLetter[];
  /** Counted rounds, after a warm-up. */
  readonly runs: number;
  readonly runtime: InferenceRuntime;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** A line for the person who waits. */
  readonly remark: (line: string) => void;
}

/** The table, and where it was measured. */
export interface FiguresReport {
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string; readonly runtime: string };
  readonly runs: number;
  readonly figures: readonly Figure[];
}

type Figures = Partial<Record<FigureName, Figure>>;

const FULL = 1024;
const SMALL = 256;

/** Beside the generator a bundle has an encoder, which no figure measures: the smallest that fits. */
function narrowEncoder(resolution: number): EncoderConfig {
  return {
    inputResolution: 256,
    stemWidth: 4,
    stages: [4, 6, 8, 8].map((width) => ({ units: 1, width })),
    pyramidWidth: 6,
    levels: [
      { resolution: 16, codesUpTo: 8 },
      { resolution: 32, codesUpTo: 32 },
      { resolution: 64, codesUpTo: resolution },
    ],
    codeWidth: 8,
    mapWidth: 4,
    mapResolutions: [16, 32, 64],
  };
}

async function build(resolution: number, weights: 'float32' | 'float16', { remark }: FiguresRequest): Promise<BundleBytes> {
  remark(`exporting the ${resolution} generator with random weights, as ${weights} ...`);
  return randomBundle({ resolution, weights, encoder: narrowEncoder(resolution) });
}

function roundRemark(resolution: number, { remark, runs }: FiguresRequest): (round: number) => void {
  return (round) => remark(`${resolution}: ${round === 0 ? 'warm-up' : `round ${round} of ${runs}`} ...`);
}

async function measureFullSize(request: FiguresRequest, sgemm: SgemmProbe): Promise<Figures> {
  const bundle = await openBundle(memoryFiles(await build(FULL, 'float32', request)), request.runtime);
  const search = request.letters.includes('a') ? await openPytorchPartner(FULL, request.environment) : { reason: 'not asked for' };
  try {
    return await fullSizeFigures({ bundle, search, sgemm, runs: request.runs, onRound: roundRemark(FULL, request) });
  } finally {
    if ('partner' in search) search.partner.stop();
    await bundle.release();
  }
}

async function measureSmall(request: FiguresRequest, sgemm: SgemmProbe): Promise<Figures> {
  const files = await build(SMALL, 'float32', request);
  const folder = await mkdtemp(join(tmpdir(), 'mfim-bench-'));
  const bundle = await openBundle(memoryFiles(files), request.runtime);
  try {
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
    const browser = request.letters.includes('f') ? await openBrowserPartner(folder, request.environment) : { reason: 'not asked for' };
    try {
      return await smallFigures({ bundle, browser, sgemm, runs: request.runs, onRound: roundRemark(SMALL, request) });
    } finally {
      if ('partner' in browser) await browser.partner.stop();
    }
  } finally {
    await bundle.release();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Measures. What is missing on this machine is skipped, with the reason. */
export async function measureFigures(request: FiguresRequest): Promise<FiguresReport> {
  const { letters, runtime, runs, remark } = request;
  const wants = (...some: readonly FigureLetter[]): boolean => some.some((letter) => letters.includes(letter));
  const sgemm = await openSgemmProbe(runtime);
  const found: Figures = {};
  if (wants('a', 'b', 'g')) Object.assign(found, await measureFullSize(request, sgemm));
  if (wants('b', 'f')) Object.assign(found, await measureSmall(request, sgemm));
  await sgemm.release();
  if (wants('h')) found.download = downloadFigure(await build(FULL, 'float16', request));
  if (wants('c', 'd', 'e')) {
    remark('training steps at 128, by mfim-train bench (minutes) ...');
    Object.assign(found, await measureTraining(runs));
  }
  const figures = (Object.keys(FIGURES) as FigureName[]).map((name) => found[name]).filter((figure) => figure !== undefined);
  return {
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version, runtime: runtime.name },
    runs,
    figures: figures.filter(({ letter }) => letters.includes(letter as FigureLetter)),
  };
}
