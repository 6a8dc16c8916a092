/** The bench: swaps of ours and generators of PyTorch in turns, and what follows from their times. */
import { cpus } from 'node:os';
import { median } from '@mfim/benchmarks';
import type { Bundle } from '@mfim/pipeline';
import type { InferenceRuntime } from '@mfim/tensor-contracts';
import { ratioToFastest, reportVariants, runVariants } from './compare-with-pytorch.ts';
import type { PytorchReport, VariantTimes } from './compare-with-pytorch.ts';
import { generatorFlops } from './generator-work.ts';
import type { PartnerSearch, PytorchPartner } from './pytorch-partner.ts';
import { openSgemmProbe } from './sgemm-probe.ts';
import { timeSwap } from './time-swap.ts';
import type { SwapTimes } from './time-swap.ts';

/** What is measured. */
export interface BenchRequest {
  readonly bundle: Bundle;
  readonly runtime: InferenceRuntime;
  readonly search: PartnerSearch;
  /** Counted rounds, after one warm-up. */
  readonly runs: number;
  /** Told before each round. */
  readonly onRound: (round: number) => void;
}

/** The numbers; times are medians in milliseconds. */
export interface BenchReport {
  readonly model: { readonly name: string; readonly resolution: number; readonly input: number };
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string; readonly runtime: string };
  readonly runs: number;
  readonly sgemmGflops: number;
  readonly swap: { readonly milliseconds: number };
  /** One pass; a swap has two. */
  readonly encoder: { readonly milliseconds: number };
  readonly mixing: { readonly milliseconds: number };
  readonly generator: {
    readonly milliseconds: number;
    /** Work of one image, 10^9 operations. */
    readonly gflop: number;
    /** Speed, 10^9 operations a second. */
    readonly gflops: number;
    /** Ours over the fastest PyTorch variant, median of the rounds; below 1, ours is faster. */
    readonly ratioToPyTorch: number | null;
    /** Why there is no ratio. */
    readonly reason?: string;
  };
  readonly pytorch: PytorchReport | null;
}

interface Round {
  readonly ours: SwapTimes;
  readonly theirs: VariantTimes;
}

const GIGA = 1e9;

async function runRound(bundle: Bundle, partner: PytorchPartner | undefined): Promise<Round> {
  return { ours: await timeSwap(bundle), theirs: await runVariants(partner) };
}

async function measureSgemm(runtime: InferenceRuntime): Promise<number> {
  const probe = await openSgemmProbe(runtime);
  const gflops = await probe.gflops();
  await probe.release();
  return gflops;
}

/** Measures everything; leaves the partner running. */
export async function measureBench({ bundle, runtime, search, runs, onRound }: BenchRequest): Promise<BenchReport> {
  const partner = 'partner' in search ? search.partner : undefined;
  const rounds: Round[] = [];
  for (let round = 0; round <= runs; round += 1) {
    onRound(round);
    const result = await runRound(bundle, partner);
    if (round > 0) rounds.push(result);
  }
  const pytorch = partner === undefined ? null : await reportVariants(partner, rounds.map(({ theirs }) => theirs));
  const generators = rounds.map(({ ours, theirs }) => ({ ours: ours.generator, theirs }));
  const middle = (read: (times: SwapTimes) => number): number => median(rounds.map(({ ours }) => read(ours)));
  const generator = middle((times) => times.generator);
  const flops = generatorFlops(bundle.table);
  const { name, resolution, alignment } = bundle.manifest;
  return {
    model: { name, resolution, input: alignment.size },
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version, runtime: runtime.name },
    runs,
    sgemmGflops: await measureSgemm(runtime),
    swap: { milliseconds: middle((times) => times.swap) },
    encoder: { milliseconds: middle((times) => times.encoders) / 2 },
    mixing: { milliseconds: middle((times) => times.mixing) },
    generator: {
      milliseconds: generator,
      gflop: flops / GIGA,
      gflops: flops / GIGA / (generator / 1000),
      ratioToPyTorch: pytorch === null ? null : ratioToFastest(pytorch, generators),
      ...('reason' in search ? { reason: search.reason } : {}),
    },
    pytorch,
  };
}
