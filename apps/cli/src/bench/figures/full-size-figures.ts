/** Figures of the 1024 generator from one run in which PyTorch, a matrix product and sliders take turns with it. */
import { median } from '@mfim/benchmarks';
import type { Bundle } from '@mfim/pipeline';
import { ratioToFastest, reportVariants, runVariants } from '../compare-with-pytorch.ts';
import type { VariantTimes } from '../compare-with-pytorch.ts';
import { generatorFlops } from '../generator-work.ts';
import type { PartnerSearch } from '../pytorch-partner.ts';
import type { SgemmProbe } from '../sgemm-probe.ts';
import { drawClock } from './draw-times.ts';
import type { DrawClock, DrawTime } from './draw-times.ts';
import { measuredFigure, skippedFigure } from './figure.ts';
import type { Figure } from './figure.ts';

/** What is measured, and how often. */
export interface FullSizeRequest {
  readonly bundle: Bundle;
  readonly search: PartnerSearch;
  readonly sgemm: SgemmProbe;
  /** Counted rounds, after one warm-up. */
  readonly runs: number;
  readonly onRound: (round: number) => void;
}

/** A slider that moves on; its first change after a whole image may have to draw what the whole one left out. */
interface SliderTime {
  readonly first: DrawTime;
  readonly next: DrawTime;
}

interface Round {
  readonly whole: DrawTime;
  /** By the resolution from which codes change. */
  readonly sliders: ReadonlyMap<number, SliderTime>;
  readonly sgemm: number;
  readonly theirs: VariantTimes;
}

const GIGA = 1e9;

const COUNTED_AS = 'work counted as plain convolutions; where ONNX Runtime is given large ones in half the products (Winograd), fewer are multiplied';

/** GFLOP/s of ours over GFLOP/s of the matrix product, median of the rounds. */
export function shareOfPeak(flops: number, rounds: readonly { readonly milliseconds: number; readonly sgemm: number }[]) {
  const gflops = (milliseconds: number): number => flops / GIGA / (milliseconds / 1000);
  const value = median(rounds.map(({ milliseconds, sgemm }) => gflops(milliseconds) / sgemm));
  const parts = { milliseconds: median(rounds.map(({ milliseconds }) => milliseconds)), 'GFLOP/s': median(rounds.map(({ milliseconds }) => gflops(milliseconds))), 'product GFLOP/s': median(rounds.map(({ sgemm }) => sgemm)) };
  return { value, parts, reason: COUNTED_AS };
}

async function runRound(clock: DrawClock, { bundle, search, sgemm }: FullSizeRequest): Promise<Round> {
  const whole = await clock.whole();
  const sliders = new Map<number, SliderTime>();
  // A slider moves at most what one stage holds: the resolution above the stage before it. The finest comes first after a whole image.
  for (const { upTo } of bundle.manifest.stages.slice(0, -1).toReversed()) {
    sliders.set(2 * upTo, { first: await clock.changedFrom(2 * upTo), next: await clock.changedFrom(2 * upTo) });
  }
  return { whole, sliders, sgemm: await sgemm.gflops(), theirs: await runVariants('partner' in search ? search.partner : undefined) };
}

async function pytorchFigure({ search }: FullSizeRequest, rounds: readonly Round[]): Promise<Figure> {
  if ('reason' in search) return skippedFigure('pytorch', search.reason);
  const report = await reportVariants(search.partner, rounds.map(({ theirs }) => theirs));
  const value = ratioToFastest(report, rounds.map(({ whole, theirs }) => ({ ours: whole.networks, theirs })));
  const ours = median(rounds.map(({ whole }) => whole.networks));
  const theirs = Object.fromEntries(Object.entries(report.variants).map(([name, milliseconds]) => [`PyTorch ${name} ms`, milliseconds]));
  return measuredFigure('pytorch', value, { parts: { 'ours ms': ours, ...theirs, PyTorch: report.version, threads: report.threads } });
}

function sliderFigure(rounds: readonly Round[]): Figure {
  const resolutions = [...(rounds[0]?.sliders.keys() ?? [])];
  const share = (resolution: number, change: keyof SliderTime): number => median(rounds.map(({ sliders, whole }) => (sliders.get(resolution)?.[change].whole ?? Number.NaN) / whole.whole));
  const [finest = 0] = resolutions;
  const parts = {
    'whole ms': median(rounds.map(({ whole }) => whole.whole)),
    ...Object.fromEntries(resolutions.map((resolution) => [`codes from ${resolution} on`, share(resolution, 'next')])),
    'first change after a whole image': share(finest, 'first'),
  };
  return measuredFigure('slider', share(finest, 'next'), { parts });
}

/** Leaves the partner and the product open. */
export async function fullSizeFigures(request: FullSizeRequest): Promise<Readonly<Record<'pytorch' | 'peak1024' | 'slider', Figure>>> {
  const clock = drawClock(request.bundle);
  const rounds: Round[] = [];
  for (let round = 0; round <= request.runs; round += 1) {
    request.onRound(round);
    const result = await runRound(clock, request);
    if (round > 0) rounds.push(result);
  }
  const peak = shareOfPeak(generatorFlops(request.bundle.table), rounds.map(({ whole, sgemm }) => ({ milliseconds: whole.networks, sgemm })));
  return { pytorch: await pytorchFigure(request, rounds), peak1024: measuredFigure('peak1024', peak.value, peak), slider: sliderFigure(rounds) };
}
