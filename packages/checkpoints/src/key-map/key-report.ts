/** How another project's file compares with what one of our networks needs: every difference at once. */
import { InputError } from '@mfim/tensor-contracts';
import { theirShape } from './change-layout.ts';
import type { KeyMap, KeyPair } from './key-map.ts';
import { mapKeys } from './map-keys.ts';
import { ignoredNames } from './name-template.ts';

/** A tensor whose shape is not the one that the network needs; both shapes in their layout. */
export interface WrongShape {
  readonly ours: string;
  readonly theirs: string;
  readonly expected: readonly number[];
  readonly got: readonly number[];
}

/** Every difference between a file and a network. */
export interface KeyReport {
  readonly origin: string;
  /** Parameters that were found with the right shape. */
  readonly matched: readonly KeyPair[];
  /** Parameters whose tensor is not in the file. */
  readonly missing: readonly KeyPair[];
  /** Parameters whose tensor is not in the file and that a rule fills with a constant. */
  readonly filled: readonly KeyPair[];
  readonly wrongShapes: readonly WrongShape[];
  /** Their tensors that nothing reads; those that the map ignores are left out. */
  readonly unexpected: readonly string[];
}

/** Anything with a shape, so that reports need no data. */
export interface Shaped {
  readonly shape: readonly number[];
}

const LISTED = 12;
const bracket = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

function listed(title: string, items: readonly string[]): readonly string[] {
  if (items.length === 0) return [];
  const more = items.length > LISTED ? `, and ${items.length - LISTED} more` : '';
  return [`${items.length} ${title}: ${items.slice(0, LISTED).join(', ')}${more}`];
}

/** One line per kind of difference; none when file and network agree. Long lists are cut; the report itself has all. */
export function describeKeyReport(report: KeyReport): readonly string[] {
  const shapes = report.wrongShapes.map(({ theirs, expected, got }) => `${theirs} ${bracket(got)} instead of ${bracket(expected)}`);
  return [
    ...listed('missing', report.missing.map(({ theirs }) => theirs)),
    ...listed('with another shape', shapes),
    ...listed('unexpected', report.unexpected),
    ...listed('filled with a constant', report.filled.map(({ theirs }) => theirs)),
  ];
}

/** A file that does not fit a network. `report` has every key; the message has the first ones. */
export class KeyMapError extends InputError {
  override readonly name: string = 'KeyMapError';
  readonly report: KeyReport;

  constructor(report: KeyReport) {
    super({
      where: `weights of ${report.origin}`,
      expected: 'every tensor of the network in its shape',
      got: describeKeyReport(report).join('; '),
      remedy: 'pass the part of the file that holds this network (see subState), and the size that it was trained with',
    });
    this.report = report;
  }
}

/**
 * Compares names and shapes; reads no data, so it works on tensors that are not loaded yet.
 *
 * @param state their tensors, or only their shapes, by their names
 * @param map their names beside ours
 * @param specs what the network needs, by our names, as `flattenSpecs` of `@mfim/nn` gives it
 * @throws InputError when the map has no rule for a parameter of `specs`.
 */
export function compareKeys(state: ReadonlyMap<string, Shaped>, map: KeyMap, specs: ReadonlyMap<string, Shaped>): KeyReport {
  const matched: KeyPair[] = [];
  const missing: KeyPair[] = [];
  const filled: KeyPair[] = [];
  const wrongShapes: WrongShape[] = [];
  const pairs = mapKeys(map, specs.keys());
  for (const pair of pairs) {
    const found = state.get(pair.theirs);
    const expected = theirShape((specs.get(pair.ours) as Shaped).shape, pair.layout);
    if (found === undefined) (pair.fill === undefined ? missing : filled).push(pair);
    else if (found.shape.join() === expected.join()) matched.push(pair);
    else wrongShapes.push({ ours: pair.ours, theirs: pair.theirs, expected, got: found.shape });
  }
  const read = new Set(pairs.map(({ theirs }) => theirs));
  const isIgnored = ignoredNames(map.ignored ?? []);
  const unexpected = [...state.keys()].filter((name) => !read.has(name) && !isIgnored(name));
  return { origin: map.origin, matched, missing, filled, wrongShapes, unexpected };
}
