import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { openEngine } from '../src/engine/open-engine.ts';
import type { EngineName } from '../src/engine/open-engine.ts';

/** The native library gets a process of its own: it shall not share one with the test runner. */
const SCRIPT = `
import * as tf from '@tensorflow/tfjs-core';
import { openEngine } from './src/engine/open-engine.ts';
const answer = await openEngine('tensorflow').then(
  async (engine) => {
    const convolve = (kernel) => tf.sum(tf.conv2d(tf.ones([1, 4, 4, 1]), kernel, 1, 'valid'));
    const gradient = await tf.grad(convolve)(tf.ones([3, 3, 1, 1])).data();
    return { engine, backend: tf.getBackend(), gradient: [...gradient] };
  },
  (error) => ({ refusal: error.name + ': ' + error.message }),
);
console.log(JSON.stringify(answer));
`;

interface Answer {
  readonly engine?: { readonly name: string; readonly description: string; readonly versions: Record<string, string> };
  readonly backend?: string;
  readonly gradient?: readonly number[];
  readonly refusal?: string;
}

function openTensorflowElsewhere(): Answer {
  const folder = fileURLToPath(new URL('..', import.meta.url));
  const parameters = ['--conditions=@mfim/source', '--import', 'tsx', '--input-type=module', '-e', SCRIPT];
  const { stdout, stderr } = spawnSync(process.execPath, parameters, { cwd: folder, encoding: 'utf8' });
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) throw new Error(`no answer from the child process: ${stderr}`);
  return JSON.parse(line) as Answer;
}

describe('openEngine', () => {
  test('cpu computes', async () => {
    const engine = await openEngine('cpu');
    expect(engine.name).toBe('cpu');
    expect(tf.getBackend()).toBe('cpu');
    expect(await tf.sum(tf.ones([3])).array()).toBe(3);
  });

  test('an unknown name is refused and named', async () => {
    await expect(openEngine('gpu' as EngineName)).rejects.toThrow(/one of tensorflow, cpu, got "gpu"/u);
  });

  test('tensorflow computes on the tfjs-core of the packages, or is refused with the command that builds it', () => {
    const { engine, backend, gradient, refusal } = openTensorflowElsewhere();
    if (engine === undefined) {
      expect(refusal).toMatch(/^InputError: openEngine\("tensorflow"\).*run: .*node tools\/libtensorflow\/bin\/build\.js/u);
      return;
    }
    expect(backend).toBe('tensorflow');
    expect(engine.versions['tensorflow']).toMatch(/^\d+\.\d+/u);
    expect(engine.description).toContain(`TensorFlow ${engine.versions['tensorflow']}`);
    expect(gradient).toEqual(Array.from({ length: 9 }, () => 4));
  });
});
