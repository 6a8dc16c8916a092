/** Turns the text of a flag into a checked value; the parser adds the flag's name to the message. */
import { InputError } from '@mfim/tensor-contracts';
import { FIGURE_LETTERS } from './bench/figures/figure.ts';
import type { FigureLetter } from './bench/figures/figure.ts';

function refuse(expected: string, got: string, remedy: string): never {
  throw new InputError({ where: 'value', expected, got: `'${got}'`, remedy });
}

/** 0, 1, 2, ... */
export function parseIndex(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : refuse('a number from 0', text, '`mfim faces PHOTO` lists the faces with their numbers');
}

/** 1, 2, 3, ... */
export function parseCount(text: string): number {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : refuse('a whole number from 1', text, 'give a number such as 50');
}

/** Any file or folder name. */
export function parsePath(text: string): string {
  return text === '' ? refuse('a path', text, 'name a file') : text;
}

const number = (text: string): number => (text.trim() === '' ? Number.NaN : Number(text));

/** `0.7,0.3`: one finite weight, 0 or more, for each source; not all zero. */
export function parseWeights(text: string): readonly number[] {
  const weights = text.split(',').map(number);
  const wrong = weights.findIndex((weight) => !(Number.isFinite(weight) && weight >= 0));
  if (wrong >= 0) {
    refuse('weights that are numbers of 0 or more', text, `correct weight ${wrong + 1}; write them like 0.7,0.3`);
  }
  return weights.some((weight) => weight > 0) ? weights : refuse('one weight above 0', text, 'give at least one source a weight');
}

/** From 0 to 1. */
export function parseStrength(text: string): number {
  const strength = number(text);
  return strength >= 0 && strength <= 1 ? strength : refuse('a number from 0 to 1', text, 'give a number such as 0.8');
}

/** `all`, or letters such as `a,b,g`. */
export function parseFigures(text: string): readonly FigureLetter[] {
  if (text === 'all') return FIGURE_LETTERS;
  const letters = text.split(',');
  const known: readonly string[] = FIGURE_LETTERS;
  return letters.every((letter) => known.includes(letter)) ? (letters as FigureLetter[]) : refuse(`all, or letters from ${known[0]} to ${known.at(-1)}`, text, 'write them like a,b,g');
}
