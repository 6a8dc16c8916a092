/**
 * Our training step beside PyTorch's, in one run: first every side takes one step from the same weights and must come to
 * the same terms and gradients; then, in fresh processes, all sides take steps of every kind in turns.
 */
import type { TrainingConfig } from '../config/training-config.ts';
import type { EngineName } from '../engine/engine-names.ts';
import { checkAgreement } from './check-agreement.ts';
import type { CommonStep } from './check-agreement.ts';
import { openParticipant } from './participant.ts';
import type { BenchSetting, Participant, ParticipantChoice, PytorchProgram } from './participant.ts';
import { stepKinds } from './step-kinds.ts';
import type { StepKind } from './step-kinds.ts';
import { summariseRounds } from './summarise-rounds.ts';
import type { Measured, Round, SideRatio, Turns } from './summarise-rounds.ts';

/** What is measured. */
export interface TrainingBench extends BenchSetting {
  readonly config: TrainingConfig;
  readonly engines: readonly EngineName[];
  /** PyTorch and its variants, or why it is left out. */
  readonly pytorch: { readonly program: PytorchProgram; readonly variants: readonly string[] } | { readonly reason: string };
  /** Counted rounds, after a warm-up. */
  readonly runs: number;
  /** A line for the person who waits. */
  readonly remark: (line: string) => void;
}

/** What was measured. */
export interface TrainingReport extends Pick<CommonStep, 'agreement' | 'parameters' | 'random'> {
  readonly kinds: readonly StepKind[];
  readonly sides: readonly Measured[];
  /** Each engine of ours against the fastest PyTorch, then the others against the first. */
  readonly ratios: readonly SideRatio[];
  /** Why PyTorch has no part. */
  readonly reason?: string;
}

async function runRound(sides: readonly Participant[], kinds: readonly StepKind[]): Promise<Round> {
  const times: Record<string, Record<string, number>> = Object.fromEntries(sides.map(({ name }) => [name, {}]));
  for (const { name: kind, step } of kinds) {
    for (const side of sides) (times[side.name] as Record<string, number>)[kind] = (await side.run(step)).milliseconds;
  }
  return times;
}

/** Rounds of all sides, and their peaks. */
async function takeTurns(bench: TrainingBench, choices: readonly ParticipantChoice[], kinds: readonly StepKind[]): Promise<Turns> {
  const sides: Participant[] = [];
  try {
    for (const choice of choices) sides.push(await openParticipant(choice, bench));
    const rounds: Round[] = [];
    for (let round = 0; round <= bench.runs; round += 1) {
      bench.remark(round === 0 ? 'warm-up ...' : `round ${round} of ${bench.runs} ...`);
      const times = await runRound(sides, kinds);
      if (round > 0) rounds.push(times);
    }
    const withMemory = sides.map(async ({ name, isOurs, description, memory }) => ({ name, isOurs, description, ...(await memory()) }));
    return { rounds, kinds, sides: await Promise.all(withMemory) };
  } finally {
    await Promise.all(sides.map((side) => side.stop()));
  }
}

/**
 * Measures everything; leaves no process behind.
 *
 * @throws InternalError when the sides do not agree: then no time is worth anything
 */
export async function measureTraining(bench: TrainingBench): Promise<TrainingReport> {
  const { config, engines, pytorch } = bench;
  const kinds = stepKinds(config);
  const variants = 'program' in pytorch ? pytorch.variants.map((variant) => ({ variant, program: pytorch.program })) : [];
  const choices: readonly ParticipantChoice[] = [...engines.map((engine) => ({ engine })), ...variants];
  const { taking, refusal, ...facts } = await checkAgreement({ ...bench, choices, pytorch: 'program' in pytorch ? pytorch.program : undefined });
  const turns = await takeTurns(bench, taking, kinds);
  const reason = 'reason' in pytorch ? pytorch.reason : refusal;
  return { ...facts, kinds, ...summariseRounds(turns, config.batch), ...(reason === undefined ? {} : { reason }) };
}
