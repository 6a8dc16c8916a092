/**
 * The same generator in PyTorch, in a process of its own that waits for its turn: JSON lines as
 * tools/benchmarks/README.md says. Runs of both are interleaved, so that a busy machine slows both.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { InternalError } from '@mfim/tensor-contracts';
import { repositoryRoot } from '../repository-root.ts';
import { findTorch } from './find-torch.ts';

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

interface Conversation {
  ask(line: string): Promise<Record<string, unknown>>;
  hello(): Promise<Record<string, unknown>>;
  stop(): void;
}

function converse(python: string, script: string, resolution: number): Conversation {
  const child = spawn(python, [script, '--resolution', String(resolution)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const hello = async (): Promise<Record<string, unknown>> => {
    const { value, done } = await lines.next();
    const answer = done === true ? { error: 'it ended' } : (JSON.parse(value as string) as Record<string, unknown>);
    if (answer['error'] === undefined) return answer;
    throw new InternalError({
      where: 'pytorch_generator.py',
      expected: 'an answer',
      got: String(answer['error']),
      remedy: 'run it by hand and look at its messages',
    });
  };
  return {
    hello,
    ask(line) {
      child.stdin.write(`${line}\n`);
      return hello();
    },
    stop() {
      child.stdin.end('quit\n');
    },
  };
}

function partnerFrom({ torch, threads, variants }: Hello, conversation: Conversation): PytorchPartner {
  return {
    version: torch,
    threads,
    variants,
    run: async (variant) => Number((await conversation.ask(`run ${variant}`))['milliseconds']),
    sgemmGflops: async () => Number((await conversation.ask('sgemm'))['sgemmGflops']),
    stop: () => conversation.stop(),
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
  const torch = await findTorch(environment);
  if (torch === undefined) {
    return { reason: 'PyTorch is not installed; `python3 tools/golden/install-torch.py` installs it' };
  }
  const conversation = converse(torch.python, script, resolution);
  try {
    return { partner: partnerFrom((await conversation.hello()) as unknown as Hello, conversation) };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
