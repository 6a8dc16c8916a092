/** Files that claim to be morphable models and do not fit together are refused, and nothing is written. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { callMfim } from './call-mfim.ts';
import { writeForeign } from './foreign-file.ts';
import type { HostTensors } from './foreign-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'mfim-bases-'));
afterAll(() => rmSync(folder, { recursive: true }));

const VERTICES = 4;
const filled = (shape: readonly number[], value: (at: number) => number = () => 0.1) => ({
  shape,
  data: Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, at) => value(at)),
});

/** A small model as Deep3DFaceRecon keeps it: indices from 1. */
const model = (): Map<string, ReturnType<typeof filled>> =>
  new Map([
    ['meanshape', filled([1, 3 * VERTICES], (at) => at)],
    ['idBase', filled([3 * VERTICES, 2])],
    ['exBase', filled([3 * VERTICES, 1])],
    ['tri', filled([2, 3], (at) => (at % VERTICES) + 1)],
    ['keypoints', filled([1, 68], (at) => (at % VERTICES) + 1)],
  ]);

async function importBfm(tensors: HostTensors) {
  writeForeign(join(folder, 'bfm.safetensors'), tensors);
  return callMfim(['import', 'bfm', join(folder, 'bfm.safetensors'), '--out', join(folder, 'out.safetensors')]);
}

test('a whole one', async () => {
  const answer = await importBfm(model());
  expect([answer.code, answer.stderr]).toEqual([0, '']);
  expect(answer.stdout).toContain('4 vertices, 2 triangles, 2 identity and 1 expression modes');
  rmSync(join(folder, 'out.safetensors'));
});

test.each([
  ['a basis of other vertices', 'idBase', filled([9, 2]), 'shape [12, any], got [9, 2]'],
  ['a triangle beyond the vertices', 'tri', filled([1, 3], () => 9), 'vertices from 0 to 3, got 8'],
  ['indices from 0', 'tri', filled([1, 3], () => 0), 'vertices from 0 to 3, got -1'],
  ['landmarks of another number', 'keypoints', filled([1, 5], () => 1), '68 landmarks, got 5'],
  ['a mean that is cut off', 'meanshape', filled([1, 11]), 'got [12, 2]'],
])('%s', async (_, name, tensor, message) => {
  const answer = await importBfm(model().set(name, tensor));
  expect(answer.code).toBe(2);
  expect(answer.stderr).toContain(message);
  expect(readdirSync(folder)).toEqual(['bfm.safetensors']);
});

test('a JSON file that holds no object, beside a model', async () => {
  writeForeign(join(folder, 'bfm.safetensors'), model());
  writeFileSync(join(folder, 'indices.json'), 'not JSON');
  const answer = await callMfim(['import', 'ict', join(folder, 'bfm.safetensors'), '--also', join(folder, 'indices.json'), '--out', join(folder, 'out.safetensors')]);
  expect([answer.code, answer.stderr]).toEqual([2, expect.stringContaining('a JSON object')]);
});
