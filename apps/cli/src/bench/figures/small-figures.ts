/** Figures of the 256 generator from one run in which a matrix product and a browser take turns with it. */
import { median } from '@mfim/benchmarks';
import type { Bundle } from '@mfim/pipeline';
import { generatorFlops } from '../generator-work.ts';
import type { SgemmProbe } from '../sgemm-probe.ts';
import type { BrowserSearch } from './browser-partner.ts';
import { drawClock } from './draw-times.ts';
import { measuredFigure, skippedFigure } from './figure.ts';
import type { Figure } from './figure.ts';
import { shareOfPeak } from './full-size-figures.ts';

/** What is measured, and how often. */
export interface SmallRequest {
  readonly bundle: Bundle;
  readonly browser: BrowserSearch;
  readonly sgemm: SgemmProbe;
  /** Counted rounds, after one warm-up. */
  readonly runs: number;
  readonly onRound: (round: number) => void;
}

interface Round {
  readonly milliseconds: number;
  readonly sgemm: number;
  readonly browser: number;
}

/** Vectors of 4 numbers in wasm's SIMD against 16 (AVX-512) or 8 (AVX): measured on products of matrices, see the readme of tfjs-onnx. */
const WHY_SLOWER = 'wasm multiplies 4 numbers at a time and adds them in a second instruction (SIMD128), native code 8 or 16 in one; a matrix product is slower by as much';

function browserFigure(search: BrowserSearch, rounds: readonly Round[]): Figure {
  if ('reason' in search) return skippedFigure('browser', search.reason);
  const parts = { 'wasm ms': median(rounds.map(({ browser }) => browser)), 'native ms': median(rounds.map(({ milliseconds }) => milliseconds)), browser: search.partner.description };
  return measuredFigure('browser', median(rounds.map(({ browser, milliseconds }) => browser / milliseconds)), { parts, reason: WHY_SLOWER });
}

/** Leaves the browser and the product open. */
export async function smallFigures({ bundle, browser, sgemm, runs, onRound }: SmallRequest): Promise<Readonly<Record<'peak256' | 'browser', Figure>>> {
  const clock = drawClock(bundle);
  const rounds: Round[] = [];
  for (let round = 0; round <= runs; round += 1) {
    onRound(round);
    const { networks } = await clock.whole();
    const result = { milliseconds: networks, sgemm: await sgemm.gflops(), browser: 'partner' in browser ? await browser.partner.run() : Number.NaN };
    if (round > 0) rounds.push(result);
  }
  const peak = shareOfPeak(generatorFlops(bundle.table), rounds);
  return { peak256: measuredFigure('peak256', peak.value, peak), browser: browserFigure(browser, rounds) };
}
