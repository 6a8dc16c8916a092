/** What the pickles of a file would do, as lines for people. */
import type { PickleReport } from '@mfim/checkpoints';
import { visibleText } from './visible-text.ts';

const MARKS = { dangerous: 'SUSPICIOUS', unknown: 'unknown', allowed: 'plain', source: 'source', damage: 'DAMAGED' } as const;
const MARK_WIDTH = 12;
const LONGEST = 600;

const times = (count: number): string => (count === 1 ? '' : ` (${count} times)`);

/** None for a file without pickles. */
export function describePickles({ pickles, opcodes, globals, findings }: PickleReport): readonly string[] {
  if (pickles === 0) return [];
  const total = opcodes.reduce((sum, { count }) => sum + count, 0);
  return [
    `pickles     ${pickles}, ${total} opcodes of ${opcodes.length} kinds; none was executed`,
    `  opcodes   ${opcodes.map(({ name, count }) => `${name} ${count}`).join(', ')}`,
    ...globals.map(({ name, count, verdict }) => `  ${MARKS[verdict].padEnd(MARK_WIDTH)}names ${visibleText(name)}${times(count)}`),
    ...findings.map(({ kind, text, count }) => `  ${MARKS[kind].padEnd(MARK_WIDTH)}${visibleText(text, LONGEST)}${times(count)}`),
  ];
}
