import { BundleError, parseManifest } from '@mfim/tensor-contracts';
import { expect, test } from 'vitest';

const port = { name: 'image', axes: ['batch', 64, 64, 3], dtype: 'float32', range: 'signed', colour: 'rgb' };
const manifest = () => ({
  format: 'mfim-bundle',
  version: 1,
  name: 'test',
  resolution: 64,
  channels: { base: 1024, maximum: 64 },
  split: { targetUpTo: 16 },
  alignment: { kind: 'ffhq', size: 64 },
  encoder: { file: 'encoder.onnx', inputs: [port], outputs: [] },
  stages: [{ file: 'generator.onnx', upTo: 64, inputs: [], outputs: [port] }],
  files: Object.fromEntries(
    ['encoder.onnx', 'generator.onnx'].map((file) => [file, { sha256: 'a'.repeat(64), bytes: 1, licence: 'Apache-2.0' }]),
  ),
  training: { kimg: 1 },
  metrics: { l1: 0.1 },
});

test('accepts a whole manifest', () => {
  expect(parseManifest(manifest()).name).toBe('test');
});

test.each([
  ['not an object', () => 'text', /object/],
  ['null', () => null, /object/],
  ['a newer version', () => ({ ...manifest(), version: 2 }), /version 2; update mfim/],
  ['an unknown field', () => ({ ...manifest(), colour: 1 }), /unknown field 'colour'/],
  ['a missing field', () => ({ ...manifest(), stages: undefined, split: undefined }), /at \$/],
  ['a path that leaves the bundle', () => ({ ...manifest(), encoder: { ...manifest().encoder, file: '../x' } }), /text that matches/],
  ['stages that stop early', () => ({ ...manifest(), resolution: 128 }), /stages that rise to 128/],
  ['a file without checksum', () => ({ ...manifest(), files: {} }), /entry for encoder.onnx/],
  ['a metric that is not a number', () => ({ ...manifest(), metrics: { l1: Number.NaN } }), /metrics.l1/],
  ['an odd resolution', () => ({ ...manifest(), resolution: 65 }), /power of two/],
])('refuses %s', (_, make, message) => {
  expect(() => parseManifest(make())).toThrow(message);
});

test('errors are BundleErrors, which are the caller\'s to mend', () => {
  expect(() => parseManifest({})).toThrow(BundleError);
});
