/** Every import kind. A new one: a file in `kinds/`, and its line here. */
import { InputError } from '@mfim/tensor-contracts';
import type { ImportKind, ShapesByName } from './import-kind.ts';
import { arcfaceKind } from './kinds/arcface-kind.ts';
import { bfmKind, flameKind, ictKind } from './kinds/basis-kinds.ts';
import { decaKind, deep3dKind, threeDdfaKind } from './kinds/coefficient-kinds.ts';
import { hopenetKind, sixDRepNetKind } from './kinds/head-pose-kinds.ts';
import { inceptionKind } from './kinds/inception-kind.ts';
import { lpipsKinds } from './kinds/lpips-kinds.ts';
import { pspKinds } from './kinds/psp-kinds.ts';
import { mobilefacenetKind } from './kinds/mobilefacenet-kind.ts';
import { sfaceKind } from './kinds/sface-kind.ts';
import { stylegan2Kind } from './kinds/stylegan2-kind.ts';

/** In the order of the table in the readme. */
export const IMPORT_KINDS: readonly ImportKind[] = [stylegan2Kind, ...pspKinds, arcfaceKind, mobilefacenetKind, sfaceKind, ...lpipsKinds, threeDdfaKind, decaKind, deep3dKind, hopenetKind, sixDRepNetKind, inceptionKind, flameKind, bfmKind, ictKind];

/** Below this a guess is not worth telling (our choice). */
const WORTH_TELLING = 0.2;

/** A kind and how much a file looks like it. */
export interface KindGuess {
  readonly kind: ImportKind;
  /** From 0 to 1. */
  readonly confidence: number;
}

/** The kinds that a file may be, the likeliest first. */
export function guessKinds(shapes: ShapesByName): readonly KindGuess[] {
  return IMPORT_KINDS.map((kind) => ({ kind, confidence: kind.guess(shapes) }))
    .filter(({ confidence }) => confidence >= WORTH_TELLING)
    .toSorted((first, second) => second.confidence - first.confidence);
}

/** @throws InputError that lists the kinds when there is none of this name */
export function kindNamed(name: string): ImportKind {
  const kind = IMPORT_KINDS.find((candidate) => candidate.name === name);
  if (kind !== undefined) return kind;
  throw new InputError({
    where: 'kind',
    expected: IMPORT_KINDS.map((candidate) => candidate.name).join(', '),
    got: `'${name}'`,
    remedy: '`mfim inspect FILE` tells what a file may be',
  });
}
