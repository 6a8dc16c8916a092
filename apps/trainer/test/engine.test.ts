import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { checkComputation } from '../src/engine/check-computation.ts';
import { chooseEngine } from '../src/engine/choose-engine.ts';
import type { EngineDefinition, EngineProbe } from '../src/engine/engine.ts';
import { ENGINE_NAMES, openEngine } from '../src/engine/open-engine.ts';
import type { EngineName } from '../src/engine/open-engine.ts';
import { performer } from '../src/engine/performer.ts';
import { probeEngine, runProbe } from '../src/engine/probe-engine.ts';
import { ENGINES, engineNamed } from '../src/engine/registry.ts';
import { examineEngines } from '../src/commands/doctor.ts';
import { performRun } from '../src/commands/perform-run.ts';
import { smallPretraining } from './pretraining-small-run.ts';

/** An engine whose probe is known beforehand. */
function standIn(name: EngineName, outcome: Partial<EngineProbe>): EngineDefinition {
  const probe: EngineProbe = { name, usable: false, versions: {}, parts: [], missing: [], cure: '', ...outcome };
  const never = (): Promise<never> => Promise.reject(new Error('a stand-in is not opened'));
  return { name, summary: `stand-in for ${name}`, open: never, inspect: () => Promise.resolve(probe.parts), probe: () => Promise.resolve(probe) };
}

const absent = (name: EngineName): EngineDefinition => standIn(name, { missing: [`no ${name} here`], cure: `fetch ${name}` });
const onCpu = (name: EngineName): EngineDefinition => standIn(name, { usable: true, device: { kind: 'cpu', name: 'a processor' }, versions: { it: '1' } });

describe('openEngine', () => {
  test('cpu computes, with gradients', async () => {
    const engine = await openEngine('cpu');
    expect(engine.name).toBe('cpu');
    expect(engine.device.kind).toBe('cpu');
    expect(tf.getBackend()).toBe('cpu');
    expect(await tf.grad((x) => tf.sum(tf.square(x)))(tf.ones([3])).array()).toEqual([2, 2, 2]);
    const before = engine.memory().bytes;
    const held = tf.ones([100]);
    expect(engine.memory().bytes - before).toBe(400);
    held.dispose();
  });

  test('an unknown name is refused and named', async () => {
    await expect(openEngine('gpu' as EngineName)).rejects.toThrow(/one of cuda, onnx-cuda, webgpu, onnx-webgpu, tensorflow, onnx, cpu, got "gpu"/u);
  });

  test('onnx compiles, with gradients of gradients; cpu prepares what it is given', async () => {
    const engine = await openEngine('onnx');
    expect(engine).toMatchObject({ name: 'onnx', device: { kind: 'cpu' }, compiler: { provider: 'cpu' } });
    expect(engine.description).toMatch(/^steps compiled for ONNX Runtime \d+\.\d+\.\d+ \(cpu\) on /u);
    expect(tf.getBackend()).toBe('cpu');
    await checkComputation(engine.compiler);
    const perform = performer(engine.compiler)('doubling', ({ x }) => ({ y: tf.mul(x as tf.Tensor, 2) }));
    for (const shape of [[3], [5]]) expect((await perform({ x: tf.ones(shape) }))['y']?.arraySync()).toEqual(tf.fill(shape, 2).arraySync());
  });

  test('an engine that computes wrongly is refused', async () => {
    const { compiler } = await openEngine('onnx');
    const runtime = compiler?.runtime as { readonly Tensor: unknown; readonly InferenceSession: { create(...values: unknown[]): Promise<{ run(...values: unknown[]): Promise<unknown> }> } };
    const wrong = {
      Tensor: runtime.Tensor,
      InferenceSession: {
        create: async (...values: unknown[]) => {
          const session = await runtime.InferenceSession.create(...values);
          return { run: async (...feeds: unknown[]) => Object.fromEntries(Object.entries((await session.run(...feeds)) as object).map(([name, tensor]) => [name, { ...tensor, data: (tensor as { data: Float32Array }).data.map((value) => value + 1) }])) };
        },
      },
    };
    await expect(checkComputation({ runtime: wrong, provider: 'cpu' })).rejects.toThrow(/a convolution: expected \[9, 9, 9, 9\], got \[10, 10, 10, 10\]; do not train on this engine/u);
  });
});

test('pretraining names the engines that run it, before it opens one', async () => {
  const job = { kind: 'pretrain', config: { ...smallPretraining(), engine: 'onnx' }, folder: 'nowhere' } as const;
  await expect(performRun(job)).rejects.toThrow(/pretrain: engine: expected an engine that runs pretrain: cuda, webgpu, tensorflow, cpu, got onnx, which compiles the steps of train only/u);
});

describe('probing', () => {
  test('every registered engine answers with its name, and says what is missing and what to do unless it works', async () => {
    expect(ENGINES.map(({ name }) => name)).toEqual([...ENGINE_NAMES]);
    for (const name of ['cpu', 'onnx', 'onnx-cuda'] as const) {
      const probe = await engineNamed(name).probe();
      expect(probe.name).toBe(name);
      if (name !== 'onnx-cuda') expect(probe.usable).toBe(true);
      expect(probe.missing.length > 0).toBe(!probe.usable);
      expect(probe.cure.length > 0).toBe(!probe.usable);
    }
  });

  test('a process that hangs is stopped at the limit', async () => {
    const started = performance.now();
    const reply = await runProbe(['-e', 'setInterval(() => {}, 1000)'], 500);
    expect(reply).toMatchObject({ problem: expect.stringMatching(/did not end within 0.5 s and was stopped/u) as string });
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  test('a process that crashes, fails or talks nonsense is a reason, not an error', async () => {
    expect(await runProbe(['-e', 'process.kill(process.pid, "SIGSEGV")'], 30_000)).toMatchObject({ problem: expect.stringContaining('signal SIGSEGV') as string });
    expect(await runProbe(['-e', 'console.error("the reason"); process.exit(3)'], 30_000)).toMatchObject({ problem: expect.stringMatching(/code 3: the reason/u) as string });
    expect(await runProbe(['-e', 'console.log("hello")'], 30_000)).toMatchObject({ problem: expect.stringContaining('code 0') as string });
    expect(await runProbe(['-e', 'console.log(JSON.stringify({ device: 1 }))'], 30_000)).toHaveProperty('problem');
  });

  test('a missing part is told without starting a process; a doubtful one lets the computation decide', async () => {
    const missing = { part: 'driver', found: false, detail: 'absent', cure: 'install it' };
    const sure = await probeEngine({ ...engineNamed('cpu'), inspect: () => Promise.resolve([missing]) });
    expect(sure).toMatchObject({ usable: false, missing: ['driver: absent'], cure: 'install it' });
    const doubtful = await probeEngine({ ...engineNamed('cpu'), inspect: () => Promise.resolve([{ ...missing, doubtful: true }]) });
    expect(doubtful).toMatchObject({ usable: true, missing: [], device: { kind: 'cpu' } });
  });
});

describe('auto', () => {
  test('takes the first that works and says why not a better one', async () => {
    const decision = await chooseEngine([absent('cuda'), absent('webgpu'), onCpu('tensorflow'), onCpu('cpu')]);
    expect(decision.name).toBe('tensorflow');
    expect(decision.reason).toBe('auto chose tensorflow on a processor; passed over: cuda (no cuda here); webgpu (no webgpu here)');
  });

  test('takes a GPU over a CPU, but not one that the CPU imitates', async () => {
    const gpu = standIn('webgpu', { usable: true, device: { kind: 'gpu', name: 'a GPU' } });
    const software = standIn('webgpu', { usable: true, device: { kind: 'software', name: 'SwiftShader' } });
    expect((await chooseEngine([gpu, onCpu('tensorflow')])).name).toBe('webgpu');
    const decision = await chooseEngine([software, onCpu('tensorflow')]);
    expect(decision.name).toBe('tensorflow');
    expect(decision.reason).toContain('SwiftShader is a GPU imitated by the CPU');
  });

  test('takes onnx where there is neither TensorFlow nor a GPU', async () => {
    const decision = await chooseEngine([absent('cuda'), absent('onnx-cuda'), absent('webgpu'), absent('onnx-webgpu'), absent('tensorflow'), onCpu('onnx'), onCpu('cpu')]);
    expect(decision.name).toBe('onnx');
    expect(decision.reason).toMatch(/^auto chose onnx on a processor; passed over: cuda \(no cuda here\).*tensorflow \(no tensorflow here\)$/u);
  });

  test('never takes cpu: with nothing else it is refused with the cure', async () => {
    await expect(chooseEngine([absent('cuda'), absent('tensorflow'), onCpu('cpu')])).rejects.toThrow(/none: cuda \(no cuda here\); tensorflow.*tensorflow: fetch tensorflow.*engine=cpu/u);
  });
});

describe('doctor', () => {
  const examine = async (engine: string, engines: readonly EngineDefinition[], json = false): Promise<{ readonly lines: readonly string[]; readonly error?: Error }> => {
    const lines: string[] = [];
    const error = await examineEngines({ engine, json }, engines, (line) => lines.push(line)).then(
      () => undefined,
      (reason: unknown) => reason as Error,
    );
    return error === undefined ? { lines } : { lines, error };
  };

  test('shows what a missing engine has, lacks, and how to get it', async () => {
    const parts = [
      { part: 'package', found: true, detail: '1.0' },
      { part: 'driver', found: false, detail: 'absent', cure: 'install it' },
    ];
    const { lines, error } = await examine('auto', [standIn('cuda', { parts, missing: ['driver: absent', 'no GPU'], cure: 'install it' }), onCpu('tensorflow')]);
    expect(error).toBeUndefined();
    expect(lines.slice(0, 5)).toEqual([
      'MISSING cuda: stand-in for cuda',
      '        found   package: 1.0',
      '        missing driver: absent',
      '        problem: no GPU',
      '        what to do: install it',
    ]);
    expect(lines.slice(5)).toEqual([
      'usable  tensorflow: stand-in for tensorflow',
      '        device: a processor (CPU)',
      '        versions: it 1',
      'auto chose tensorflow on a processor; passed over: cuda (driver: absent)',
    ]);
  });

  test('refuses (exit code 2) when the chosen engine does not work, whatever else does', async () => {
    const engines = [absent('cuda'), onCpu('tensorflow')];
    expect((await examine('tensorflow', engines)).error).toBeUndefined();
    const { error } = await examine('cuda', engines);
    expect(error?.name).toBe('InputError');
    expect(error?.message).toMatch(/no cuda here; fetch cuda/u);
    expect((await examine('qpu', engines)).error?.message).toMatch(/one of cuda.*got "qpu"/u);
  });

  test('prints JSON that says the same', async () => {
    const { lines, error } = await examine('cuda', [absent('cuda')], true);
    expect(error?.name).toBe('InputError');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ choice: 'cuda', usable: false, engines: [{ name: 'cuda', missing: ['no cuda here'], cure: 'fetch cuda' }] });
  });
});

/** The native library gets a process of its own: it shall not share one with the test runner. */
const SCRIPT = `
import * as tf from '@tensorflow/tfjs-core';
import { openEngine } from './src/engine/open-engine.ts';
const answer = await openEngine('tensorflow').then(
  async ({ name, description, versions, device }) => {
    const convolve = (kernel) => tf.sum(tf.conv2d(tf.ones([1, 4, 4, 1]), kernel, 1, 'valid'));
    const gradient = await tf.grad(convolve)(tf.ones([3, 3, 1, 1])).data();
    return { engine: { name, description, versions, device }, backend: tf.getBackend(), gradient: [...gradient] };
  },
  (error) => ({ refusal: error.name + ': ' + error.message }),
);
console.log(JSON.stringify(answer));
`;

interface Answer {
  readonly engine?: { readonly name: string; readonly description: string; readonly versions: Record<string, string>; readonly device: { readonly kind: string } };
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

describe('tensorflow', () => {
  test('computes on the tfjs-core of the packages, or is refused with the command that builds it', () => {
    const { engine, backend, gradient, refusal } = openTensorflowElsewhere();
    if (engine === undefined) {
      expect(refusal).toMatch(/^InputError: openEngine\("tensorflow"\).*run: .*mfim-train engine install tensorflow/u);
      return;
    }
    expect(backend).toBe('tensorflow');
    expect(engine.versions['tensorflow']).toMatch(/^\d+\.\d+/u);
    expect(engine.description).toContain(`TensorFlow ${engine.versions['tensorflow']}`);
    expect(gradient).toEqual(Array.from({ length: 9 }, () => 4));
  });
});
