/** The table of figures for people. */
import type { Figure, Goal } from './figure.ts';

const LETTER_WIDTH = 3;
const WHAT_WIDTH = 68;
const VALUE_WIDTH = 8;
const GOAL_WIDTH = 9;

function goalText(goal: Goal | null): string {
  if (goal === null) return '-';
  return goal.atMost === undefined ? `>= ${goal.atLeast}` : `<= ${goal.atMost}`;
}

function verdict({ value, met }: Figure): string {
  if (value === null) return 'skipped';
  if (met === null) return '';
  return met ? 'reached' : 'missed';
}

function valueText({ value, unit }: Figure): string {
  if (value === null) return '-';
  return unit === 'MB' ? `${value.toFixed(1)} MB` : value.toFixed(3);
}

function row(letter: string, what: string, cells: readonly [value: string, goal: string, verdict: string]): string {
  const [value, goal, judged] = cells;
  return `${letter.padEnd(LETTER_WIDTH)} ${what.padEnd(WHAT_WIDTH)} ${value.padStart(VALUE_WIDTH)}   ${goal.padEnd(GOAL_WIDTH)} ${judged}`.trimEnd();
}

function partText([name, value]: readonly [string, number | string]): string {
  return `${name} ${typeof value === 'number' ? Number(value.toPrecision(4)) : value}`;
}

function notes({ parts, reason }: Figure): readonly string[] {
  const measured = Object.entries(parts).map(partText).join(', ');
  const indent = ' '.repeat(LETTER_WIDTH + 3);
  return [measured, reason ?? ''].filter((text) => text !== '').map((text) => indent + text);
}

/** A heading, then each figure with what it was computed from. */
export function figureLines(figures: readonly Figure[]): readonly string[] {
  const heading = row('', 'figure', ['value', 'goal', '']);
  return [heading, ...figures.flatMap((figure) => [row(figure.letter, figure.what, [valueText(figure), goalText(figure.goal), verdict(figure)]), ...notes(figure)])];
}
