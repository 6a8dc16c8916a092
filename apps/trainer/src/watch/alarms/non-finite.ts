/** A term, or a parameter, that is NaN or infinite: nothing that follows means anything, so the run stops. */
import { MfimError } from '@mfim/tensor-contracts';
import type { Alarm } from './alarm.ts';
import type { NonFiniteValue } from './first-non-finite.ts';

const REMEDY = 'resume from the last checkpoint with lower rates (--set optimiser.generatorRate=...), a lower weight of that term, or a larger r1Gamma';

/** A run was stopped because its numbers are not finite any more. */
export class NonFiniteError extends MfimError {
  override readonly name: string = 'NonFiniteError';
}

/** What was looked at. */
export interface NonFiniteEvidence {
  readonly step: number;
  readonly terms: Readonly<Record<string, number>>;
  /** From `firstNonFinite`; left out when no tensor was looked at, or all are finite. */
  readonly tensor?: NonFiniteValue | undefined;
}

function seen({ terms, tensor }: NonFiniteEvidence): string {
  const bad = Object.entries(terms).filter(([, value]) => !Number.isFinite(value)).map(([name, value]) => `term ${name} is ${value}`);
  if (tensor !== undefined) bad.push(`parameter ${tensor.name} holds ${tensor.value} at position ${tensor.index}`);
  return bad.join(', ');
}

/** The alarm; `undefined` when all that was looked at is finite. */
export function nonFiniteAlarm(evidence: NonFiniteEvidence): Alarm | undefined {
  const what = seen(evidence);
  return what === '' ? undefined : { kind: 'non-finite', step: evidence.step, message: `${what}; ${REMEDY}` };
}

/**
 * Stops a run whose numbers are not finite. Call it before a checkpoint is written over.
 *
 * @throws NonFiniteError that names the terms and the parameter
 */
export function assertFinite(evidence: NonFiniteEvidence): void {
  const what = seen(evidence);
  if (what !== '') throw new NonFiniteError({ where: `step ${evidence.step}`, expected: 'finite numbers', got: what, remedy: REMEDY });
}
