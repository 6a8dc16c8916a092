/** The words beside a result on a contact sheet. */
import type { StageTimes } from '../demo/stage-times.ts';
import type { IdentityReport } from '../identity/measure-identity.ts';

function cosine(value: number): string {
  return value.toFixed(2).padStart(5);
}

/** Cosines, then milliseconds by stage. */
export function resultNotes(identity: IdentityReport, times?: StageTimes): readonly string[] {
  const notes = [
    'identity cosine',
    `to source ${cosine(identity.toSource)}`,
    `  before  ${cosine(identity.targetToSource)}`,
    `to target ${cosine(identity.toTarget)}`,
  ];
  if (times === undefined) return notes;
  const stages = (['find', 'align', 'encode', 'generate', 'paste', 'total'] as const).map(
    (stage) => `${stage.padEnd(9)}${times[stage].toFixed(0).padStart(5)} ms`,
  );
  return [...notes, ...stages];
}
