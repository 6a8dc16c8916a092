/** Hostile files of every sort; recipe: tools/golden/checkpoint_corpus/hostile.py. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { InputError } from '@mfim/tensor-contracts';
import { afterAll, describe, expect, test } from 'vitest';
import { inspectPickles, openCheckpoint } from '../src/index.ts';

const folder = new URL('corpus/hostile/', import.meta.url);
const files = readdirSync(folder);
/** What a payload would leave behind. */
const TRACES = ['mfim-was-executed', '../mfim-was-executed', '/tmp/mfim-was-executed'];

async function readAll(bytes: Uint8Array): Promise<void> {
  const { tensors } = await openCheckpoint(bytes, { openExternal: () => Promise.reject(new Error('a file was asked for')) });
  for (const tensor of tensors.values()) await tensor.read();
}

afterAll(() => {
  expect(TRACES.filter((path) => existsSync(path))).toEqual([]);
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test.each(files)('%s ends in a typed error', async (file) => {
  await expect(readAll(readFileSync(new URL(file, folder)))).rejects.toBeInstanceOf(InputError);
});

describe('the report of a hostile pickle', () => {
  test.each([
    ['pickle-os-system.pkl', 'would call os.system("touch mfim-was-executed")'],
    ['pickle-protocol-0.pkl', 'would call os.system("touch mfim-was-executed")'],
    ['other-odd-start.bin', 'would call os.system("touch mfim-was-executed")'],
    ['pickle-protocol-4.pkl', 'would call os.system("touch mfim-was-executed")'],
    ['pickle-inst.pkl', 'would call os.system("touch mfim-was-executed")'],
    ['pickle-obj.pkl', 'would call os.system("touch mfim-was-executed")'],
    ['pickle-newobj-ex.pkl', 'would call os.system("touch mfim-was-executed")'],
    ['pickle-stack-global.pkl', 'would call os.system("touch mfim-was-executed")'],
    ['pickle-subprocess.pkl', 'would call subprocess.Popen(("touch", "mfim-was-executed"))'],
    ['pickle-eval.pkl', `would call builtins.eval("open('mfim-was-executed', 'w')")`],
    ['pickle-getattr.pkl', 'would call builtins.getattr(builtins.__import__("os"), "system")("touch mfim-was-executed")'],
    ['pickle-partial.pkl', 'would call functools.partial(os.system, "touch mfim-was-executed")()'],
    ['pickle-setstate.pkl', 'would call some.module.Thing.__setstate__({"a": "touch mfim-was-executed"})'],
    ['pickle-nvidia-state.pkl', 'would call os.system("touch mfim-was-executed")'],
    ['pickle-embedded.pkl', 'would call os.system("touch mfim-was-executed")'],
    ['pickle-extension.pkl', 'would call copyreg.extension 1("touch mfim-was-executed")'],
    ['torch-os-system.pt', 'would call os.system("touch mfim-was-executed")'],
    ['torch-constants-os-system.pt', 'would call os.system("touch mfim-was-executed")'],
    ['legacy-os-system.pth', 'would call os.system("touch mfim-was-executed")'],
    ['numpy-objects.npy', 'would call os.system("touch mfim-was-executed")'],
  ])('%s: %s', async (file, text) => {
    const report = await inspectPickles(readFileSync(new URL(file, folder)));
    expect(report.findings.map((finding) => finding.text)).toContain(text);
    expect(report.harmless).toBe(false);
  });

  test('every pickle that would run something is told apart from a harmless one', async () => {
    for (const file of files.filter((name) => name.startsWith('pickle-'))) {
      const report = await inspectPickles(readFileSync(new URL(file, folder)));
      const isOnlyOdd = report.findings.length === 0;
      const odd = /proto-|nested|itself|doubled|out-of|again|long-|numpy-|module-|persistent|nvidia-source|protocol-9|items-for/;
      if (isOnlyOdd) expect(file).toMatch(odd);
    }
  });

  test.each(['other-pointer.bin', 'other-page.bin', 'other-zeros.bin', 'safe-hole.safetensors', 'onnx-segment.onnx'])('%s has no pickles', async (file) => {
    expect(await inspectPickles(readFileSync(new URL(file, folder)))).toMatchObject({ pickles: 0, findings: [], harmless: true });
  });

  test('opcodes and globals are counted', async () => {
    const report = await inspectPickles(readFileSync(new URL('pickle-getattr.pkl', folder)));
    expect(report.opcodes).toContainEqual({ name: 'REDUCE', count: 3 });
    expect(report.globals).toContainEqual({ name: 'builtins.getattr', count: 1, verdict: 'dangerous' });
  });
});
