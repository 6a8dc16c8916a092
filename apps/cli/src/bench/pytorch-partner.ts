/**
 * The same generator in PyTorch, in a process of its own that waits for its turn: JSON lines as
 * tools/benchmarks/README.md says. Runs of both are interleaved, so that a busy machine slows both.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WITHOUT_TORCH, converse, findTorch } from '@mfim/benchmarks';
import type { Conversation } from '@mfim/benchmarks';
import { repositoryRoot } from '../repository-root.ts';

/** A partner that is ready to run. */
export interface PytorchPartner {
  readonly version: string;
  readonly threads: number;
  /** Memory layout x where the style goes. */
  readonly variants: readonly string[];
  /** Milliseconds of one image. */
  run(variant: string): Promise<number>;
  /** GFLOP/s of a float32 matrix product, as `sgemmGflops` measures for us. */
  sgemmGflops(): Promise<number>;
  stop(): void;
}

/** A partner, or why there is none. */
export type PartnerSearch = { readonly partner: PytorchPartner } | { readonly reason: string };

interface Hello {
  readonly torch: string;
  readonly threads: number;
  readonly variants: readonly string[];
}

function partnerFrom({ hello, ask, stop }: Conversation): PytorchPartner {
  const { torch, threads, variants } = hello as unknown as Hello;
  return {
    version: torch,
    threads,
    variants,
    run: async (variant) => Number((await ask(`run ${variant}`))['milliseconds']),
    sgemmGflops: async () => Number((await ask('sgemm'))['sgemmGflops']),
    stop: () => void stop(),
  };
}

/** Starts the partner where PyTorch and the script are at hand. */
export async function openPytorchPartner(
  resolution: number,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<PartnerSearch> {
  const root = repositoryRoot();
  const script = root === undefined ? '' : join(root, 'tools', 'benchmarks', 'pytorch_generator.py');
  if (!existsSync(script)) return { reason: 'tools/benchmarks/pytorch_generator.py is not here' };
  const torch = await findTorch({ environment, root });
  if (torch === undefined) return { reason: WITHOUT_TORCH };
  try {
    return { partner: partnerFrom(await converse({ name: 'pytorch_generator.py', command: torch.python, options: [script, '--resolution', String(resolution)] })) };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
