/** Rounds of the PyTorch partner, and what follows from them. */
import { median } from '@mfim/benchmarks';
import type { PytorchPartner } from './pytorch-partner.ts';

/** The partner's numbers. */
export interface PytorchReport {
  readonly version: string;
  readonly threads: number;
  readonly sgemmGflops: number;
  readonly fastest: string;
  /** Medians in milliseconds. */
  readonly variants: Readonly<Record<string, number>>;
}

/** Milliseconds of one round by variant; nothing without a partner. */
export type VariantTimes = Readonly<Record<string, number>>;

/** One image by each variant. */
export async function runVariants(partner: PytorchPartner | undefined): Promise<VariantTimes> {
  const times: Record<string, number> = {};
  for (const variant of partner?.variants ?? []) times[variant] = await (partner as PytorchPartner).run(variant);
  return times;
}

/** Sums the rounds up. */
export async function reportVariants(partner: PytorchPartner, rounds: readonly VariantTimes[]): Promise<PytorchReport> {
  const times = partner.variants.map((name) => [name, median(rounds.map((round) => round[name] ?? 0))] as const);
  const [fastest] = times.toSorted((first, second) => first[1] - second[1]);
  return {
    version: partner.version,
    threads: partner.threads,
    sgemmGflops: await partner.sgemmGflops(),
    fastest: fastest?.[0] ?? '',
    variants: Object.fromEntries(times),
  };
}

/** Our time over the fastest variant's, median of the rounds; below 1, ours is faster. */
export function ratioToFastest({ fastest }: PytorchReport, rounds: readonly { readonly ours: number; readonly theirs: VariantTimes }[]): number {
  return median(rounds.map(({ ours, theirs }) => ours / (theirs[fastest] as number)));
}
