/** A batch in parts: every row once, and the discriminator's groups whole. */
import { MINIBATCH_GROUP } from '@mfim/nn';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowsOfPart, takeRows } from '../src/pretraining/batch-parts.ts';
import { PRETRAINING_SCHEMA } from '../src/pretraining/pretraining-config.ts';
import { exampleDocument } from './pretraining-small-run.ts';

const divisions = fc.record({ slots: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 }).map((groups) => 4 * groups)), parts: fc.integer({ min: 1, max: 5 }) });

/** Which group of the batch a row belongs to, as `minibatchDeviation` divides it: [group, batch / group]. */
const groupOf = (row: number, batch: number): number => row % (batch / Math.min(batch, MINIBATCH_GROUP));

test('law: the parts have every row once, and groups of 4 stay together in the order that makes them a group again', () => {
  fc.assert(
    fc.property(divisions, ({ slots, parts }) => {
      const batch = slots * parts;
      const all = Array.from({ length: parts }, (_, part) => rowsOfPart({ batch, parts }, part));
      expect(all.flat().toSorted((one, other) => one - other)).toEqual(Array.from({ length: batch }, (_, row) => row));
      if (slots < MINIBATCH_GROUP) return;
      for (const rows of all) {
        const members = new Map<number, Set<number>>();
        for (const [slot, row] of rows.entries()) members.set(groupOf(slot, slots), (members.get(groupOf(slot, slots)) ?? new Set()).add(groupOf(row, batch)));
        for (const own of members.values()) expect(own.size).toBe(1);
      }
    }),
  );
});

test('rows are copied as they are', () => {
  expect([...takeRows(Float32Array.of(0, 1, 10, 11, 20, 21), 3, [2, 0])]).toEqual([20, 21, 0, 1]);
  expect(takeRows(Uint8Array.of(1, 2), 2, [1])).toEqual(Uint8Array.of(2));
});

test('parts are 1 where a config says nothing, and must fit the batch', () => {
  const { parts: _, ...without } = exampleDocument();
  expect(PRETRAINING_SCHEMA.parse(without).parts).toBe(1);
  const refused = (changes: object): string => JSON.stringify(PRETRAINING_SCHEMA.safeParse({ ...without, ...changes }).error?.issues ?? []);
  expect(refused({ batch: 16, parts: 4 })).toBe('[]');
  expect(refused({ batch: 16, parts: 3 })).toMatch(/must divide batch/);
  expect(refused({ batch: 24, parts: 4 })).toMatch(/parts of 4 or less, or of a multiple/);
  expect(refused({ batch: 16, parts: 16 })).toMatch(/at most the batch divided by its parts/);
});
