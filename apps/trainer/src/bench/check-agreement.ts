/** The bench's first part: every side takes one step from the same weights and must come to the same terms and gradients. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readSafetensors, toFloat32State } from '@mfim/checkpoints';
import { InternalError } from '@mfim/tensor-contracts';
import type { TrainingConfig } from '../config/training-config.ts';
import { assertAgreement, compareTrials } from './agreement.ts';
import type { Agreement, Trial } from './agreement.ts';
import { CONFIG_FILE, ConfigRefusal, EXCHANGE_FILE, REFERENCE, openParticipant, participantName } from './participant.ts';
import type { BenchSetting, Participant, ParticipantChoice, PytorchProgram } from './participant.ts';
import { stepKinds } from './step-kinds.ts';
import type { StepKind } from './step-kinds.ts';

/** What is compared. */
export interface AgreementRequest extends BenchSetting {
  readonly config: TrainingConfig;
  /** Ours first, as it writes what PyTorch starts from. */
  readonly choices: readonly ParticipantChoice[];
  /** What takes the step in double precision. */
  readonly pytorch?: PytorchProgram | undefined;
  /** A line for the person who waits. */
  readonly remark: (line: string) => void;
}

/** Who agrees, and on what. */
export interface CommonStep {
  readonly agreement: readonly Agreement[];
  readonly parameters: Readonly<Record<string, number>>;
  /** Judging networks whose weights were drawn at random. */
  readonly random: readonly string[];
  /** Those of `choices` that know the config's step. */
  readonly taking: readonly ParticipantChoice[];
  /** Why PyTorch has no part. */
  readonly refusal?: string;
}

/** What a side did, and what it is. */
interface Tried extends Trial, Pick<Participant, 'isOurs' | 'parameters' | 'random'> {}

async function readTensors(file: string) {
  return toFloat32State(readSafetensors(await readFile(file)).tensors);
}

/** One side's step from the common weights; its process ends with it. The first side writes these weights. */
async function tryStep(request: AgreementRequest, choice: ParticipantChoice, isFirst: boolean): Promise<Tried> {
  const participant = await openParticipant(choice, request);
  const file = path.join(request.folder, 'trial.safetensors');
  try {
    if (isFirst) await participant.write();
    const [{ step }] = stepKinds(request.config) as [StepKind];
    const terms = await participant.trial(step, file);
    const { name, isOurs, parameters, random } = participant;
    return { name, isOurs, parameters, random, terms, tensors: await readTensors(file) };
  } finally {
    await participant.stop();
    await rm(file, { force: true });
  }
}

function assertEqualCounts(first: Participant['parameters'], other: Participant['parameters'], name: string): void {
  if (JSON.stringify(Object.entries(first).toSorted()) === JSON.stringify(Object.entries(other).toSorted())) return;
  throw new InternalError({ where: `bench, ${name}`, expected: `parameters ${JSON.stringify(first)}`, got: JSON.stringify(other), remedy: 'report it: the two sides have other networks' });
}

/** PyTorch in double precision; where PyTorch has no part, the last engine. */
async function referenceOf(request: AgreementRequest, trials: readonly Tried[]): Promise<Tried> {
  const program = trials.some(({ isOurs }) => !isOurs) ? request.pytorch : undefined;
  if (program === undefined) return trials.at(-1) as Tried;
  request.remark('PyTorch in double precision: the same step ...');
  return tryStep(request, { variant: REFERENCE, program }, false);
}

/** @throws InternalError when a side is not where it should be */
async function compareAll(request: AgreementRequest, trials: readonly Tried[]): Promise<readonly Agreement[]> {
  const reference = await referenceOf(request, trials);
  const before = await readTensors(path.join(request.folder, EXCHANGE_FILE));
  const others = trials.filter((trial) => trial !== reference);
  const agreement = others.map((trial) => compareTrials(trial, reference, before));
  const noise = Math.max(0, ...agreement.filter((_, index) => others[index]?.isOurs === false).map(({ gradients }) => gradients));
  for (const each of agreement) assertAgreement(each, noise);
  return agreement;
}

/**
 * Compares every side with PyTorch in double precision; where PyTorch has no part, with the last engine. The folder then holds
 * what `openParticipant` needs.
 *
 * @throws InternalError when the sides did not take the same step
 */
export async function checkAgreement(request: AgreementRequest): Promise<CommonStep> {
  await writeFile(path.join(request.folder, CONFIG_FILE), JSON.stringify(request.config));
  const trials: Tried[] = [];
  const taking: ParticipantChoice[] = [];
  let refusal: string | undefined;
  for (const choice of request.choices) {
    request.remark(`${participantName(choice)}: one step, to be compared ...`);
    try {
      trials.push(await tryStep(request, choice, taking.length === 0));
      taking.push(choice);
    } catch (error) {
      if (!(error instanceof ConfigRefusal)) throw error;
      refusal = error.parts.got;
    }
  }
  const [first] = trials as [Tried];
  for (const { parameters, name } of trials) assertEqualCounts(first.parameters, parameters, name);
  const agreement = await compareAll(request, trials);
  const { parameters, random } = first;
  return { agreement, parameters, random, taking, ...(refusal === undefined ? {} : { refusal }) };
}
