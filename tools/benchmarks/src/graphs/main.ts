/**
 * `npm run graphs`: how many nodes a whole training step with R1 and Adam has, with every pass of @mfim/tfjs-onnx and with each left
 * out, as written and as ONNX Runtime keeps it after its own passes. Counts do not depend on the machine, but little on the size.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs';
import { registerSecondOrderGradients } from '@mfim/nn';
import { PASSES, traceToOnnx } from '@mfim/tfjs-onnx';
import type { TraceOptions } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { discriminatorStep } from './discriminator-step.ts';
import { operatorsOf } from './operators-of.ts';

const COUNTED = ['Transpose', 'Conv', 'FusedConv', 'ConvTranspose', 'MatMul', 'FusedMatMul', 'Mul', 'Add', 'ReduceSum', 'Pad', 'Slice', 'Concat', 'Reshape', 'ReorderInput'];
const FATAL_ONLY = 4;

type Choices = NonNullable<TraceOptions['choices']>;
const { values: options } = parseArgs({
  options: {
    resolution: { type: 'string', default: '128' },
    batch: { type: 'string', default: '8' },
    base: { type: 'string', default: '4096' },
    maximum: { type: 'string', default: '128' },
  },
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function counts(operators: readonly string[]): string {
  return [operators.length, ...COUNTED.map((name) => operators.filter((operator) => operator === name).length)].join(' | ');
}

/** The operators that ONNX Runtime keeps. */
async function optimised(bytes: Uint8Array): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'mfim-graphs-'));
  try {
    const file = join(folder, 'optimised.onnx');
    const session = await ort.InferenceSession.create(bytes, { graphOptimizationLevel: 'all', optimizedModelFilePath: file, logSeverityLevel: FATAL_ONLY } as ort.InferenceSession.SessionOptions);
    await session.release();
    return operatorsOf(await readFile(file));
  } finally {
    await rm(folder, { recursive: true });
  }
}

await tf.setBackend('cpu');
registerSecondOrderGradients();
const step = discriminatorStep({ resolution: Number(options.resolution), batch: Number(options.batch), channels: { base: Number(options.base), maximum: Number(options.maximum) } });
const writings: readonly (readonly [string, Choices])[] = [
  ['every pass', {}],
  ...PASSES.map((left) => [`without: ${left}`, { passes: new Set(PASSES.filter((pass) => pass !== left)) }] as const),
  ['no pass', { passes: new Set() }],
];
say(`| | nodes | ${COUNTED.join(' | ')} |`);
say(`|---|${'---|'.repeat(COUNTED.length + 1)}`);
for (const [name, choices] of writings) {
  const { bytes } = await traceToOnnx((inputs) => step.run(inputs), { name: 'step', inputs: step.inputs, choices });
  say(`| ${name} | ${counts(operatorsOf(bytes))} |`);
  say(`| ${name}, by ONNX Runtime | ${counts(await optimised(bytes))} |`);
}
