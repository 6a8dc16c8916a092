/** Names of one side of a key map beside those of the other. */
import { InputError } from '@mfim/tensor-contracts';
import type { KeyMap, KeyPair, KeyRule } from './key-map.ts';
import { nameTemplate } from './name-template.ts';
import type { NameTemplate } from './name-template.ts';

const LISTED = 20;

interface CompiledRule {
  readonly rule: KeyRule;
  readonly ours: NameTemplate;
  readonly theirs: NameTemplate;
}

function compile({ rules, placeholders, origin }: KeyMap): readonly CompiledRule[] {
  return rules.map((rule) => {
    const ours = nameTemplate(rule.ours, 'ours', placeholders);
    const theirs = nameTemplate(rule.theirs, 'theirs', placeholders);
    if (ours.placeholders.toSorted().join() !== theirs.placeholders.toSorted().join()) {
      const got = `${rule.ours} and ${rule.theirs}`;
      throw new InputError({ where: `key map of ${origin}`, expected: 'the same placeholders on both sides', got, remedy: 'name them alike' });
    }
    return { rule, ours, theirs };
  });
}

function pairOf({ rule, ours, theirs }: CompiledRule, name: string, from: 'ours' | 'theirs'): KeyPair | undefined {
  const bindings = (from === 'ours' ? ours : theirs).match(name);
  if (bindings === undefined) return undefined;
  const names = { ours: ours.fill(bindings), theirs: theirs.fill(bindings), layout: rule.layout ?? 'same' };
  return rule.fill === undefined ? names : { ...names, fill: rule.fill };
}

function firstPair(rules: readonly CompiledRule[], name: string, from: 'ours' | 'theirs'): KeyPair | undefined {
  for (const rule of rules) {
    const pair = pairOf(rule, name, from);
    if (pair !== undefined) return pair;
  }
  return undefined;
}

/**
 * Our names beside theirs, in the order given.
 *
 * @throws InputError that lists every name without a rule, or two names that would become one.
 */
export function mapKeys(map: KeyMap, names: Iterable<string>): readonly KeyPair[] {
  const rules = compile(map);
  const pairs: KeyPair[] = [];
  const unknown: string[] = [];
  const taken = new Map<string, string>();
  const where = `key map of ${map.origin}`;
  for (const name of names) {
    const pair = firstPair(rules, name, 'ours');
    if (pair === undefined) {
      unknown.push(name);
      continue;
    }
    const other = taken.get(pair.theirs);
    if (other !== undefined) {
      throw new InputError({ where, expected: 'another name for each parameter', got: `${pair.theirs} for ${other} and ${name}`, remedy: 'mend the rules' });
    }
    taken.set(pair.theirs, name);
    pairs.push(pair);
  }
  if (unknown.length > 0) {
    const got = `${unknown.length} without: ${unknown.slice(0, LISTED).join(', ')}`;
    throw new InputError({ where, expected: 'a rule for every parameter', got, remedy: 'pass the names of the network that this map is for' });
  }
  return pairs;
}

/** Their names beside ours, in the order given; names that no rule knows are left out. The inverse of `mapKeys` on the names that it gives. */
export function unmapKeys(map: KeyMap, theirs: Iterable<string>): readonly KeyPair[] {
  const rules = compile(map);
  return Array.from(theirs, (name) => firstPair(rules, name, 'theirs')).filter((pair) => pair !== undefined);
}
