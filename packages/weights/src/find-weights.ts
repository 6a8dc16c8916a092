/** Looks a name up. */
import { closest, distance } from 'fastest-levenshtein';
import { InputError } from '@mfim/tensor-contracts';
import type { WeightsEntry } from './weights-entry.ts';

/** Farther than this share of the name's length is no likeness (our choice). */
const FARTHEST = 0.6;

/** @throws InputError with the most similar name */
export function findWeights(entries: readonly WeightsEntry[], name: string): WeightsEntry {
  const found = entries.find((entry) => entry.name === name);
  if (found !== undefined) return found;
  const names = entries.map((entry) => entry.name);
  const nearest = names.length === 0 ? '' : closest(name, names);
  const hint = nearest !== '' && distance(name, nearest) <= FARTHEST * name.length ? `did you mean '${nearest}'? ` : '';
  throw new InputError({ where: 'weights', expected: 'the name of known or added weights', got: `'${name}'`, remedy: `${hint}\`mfim weights list\` names them all` });
}
