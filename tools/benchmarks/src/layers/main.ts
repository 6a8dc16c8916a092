/**
 * `npm run layers`: how long the operations of a discriminator's step take, in each way in which their graph can be written, on
 * tfjs-node and in PyTorch. Medians of rounds in which all take turns. (README.md)
 */
import { writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import '@tensorflow/tfjs';
import { onnxRuntime } from '@mfim/tensor-contracts';
import { channelBlock } from '@mfim/tfjs-onnx/channel-blocks';
import * as ort from 'onnxruntime-node';
import { converse } from '../converse.ts';
import { WITHOUT_TORCH, findTorch } from '../find-torch.ts';
import { layerCases } from './layer-cases.ts';
import { measureLayer } from './measure-layer.ts';
import type { LayerTimes } from './measure-layer.ts';
import { openTfjsNode } from './tfjs-layers.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../../pytorch_layers.py', import.meta.url));
const FLOPS_OF_MULTIPLY_ADD = 2;
const DIGITS = 2;

const { values: options } = parseArgs({
  options: {
    resolution: { type: 'string', default: '128' },
    batch: { type: 'string', default: '8' },
    base: { type: 'string', default: '4096' },
    maximum: { type: 'string', default: '128' },
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: String(cpus().length) },
    provider: { type: 'string', default: 'cpu' },
    only: { type: 'string', default: '' },
    out: { type: 'string', default: '' },
  },
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function openTorch() {
  const found = await findTorch({ environment: process.env, root: ROOT });
  if (found === undefined) return undefined;
  return converse({ name: 'pytorch_layers.py', command: found.python, options: ['-B', PROGRAM, '--threads', options.threads] });
}

const fixed = (value: number | null): string => (value === null ? '' : value.toFixed(DIGITS));

/** One row for each writing. */
function rowsOf({ operation, size, gigaMacs, writings, tfjs, torch }: LayerTimes): string[] {
  return Object.entries(writings).map(([name, milliseconds]) => {
    const speed = gigaMacs === 0 ? null : (gigaMacs * FLOPS_OF_MULTIPLY_ADD) / (milliseconds / 1000);
    const ratio = (other: number | null): string => fixed(other === null ? null : milliseconds / other);
    return `| ${operation} | ${size} | ${name} | ${fixed(milliseconds)} | ${fixed(speed)} | ${fixed(tfjs)} | ${fixed(torch)} | ${ratio(tfjs)} | ${ratio(torch)} |`;
  });
}

const torch = await openTorch();
if (torch === undefined) say(WITHOUT_TORCH);
const obstacle = await openTfjsNode();
if (obstacle !== undefined) say(obstacle);
const block = options.provider === 'cpu' ? await channelBlock(onnxRuntime(ort, { name: 'layers', sessionOptions: { intraOpNumThreads: 1 } })) : undefined;
const plan = { block, resolution: Number(options.resolution), batch: Number(options.batch), channels: { base: Number(options.base), maximum: Number(options.maximum) } };
const measurement = { rounds: Number(options.rounds), threads: Number(options.threads), provider: options.provider, torch, tfjs: obstacle === undefined };
say(`${cpus()[0]?.model ?? 'unknown processor'}, ${options.threads} threads, ONNX Runtime on ${options.provider}, PyTorch ${String(torch?.hello['torch'] ?? 'absent')}`);
say('| operation | size | writing | ms | GFLOP/s | tfjs-node ms | PyTorch ms | to tfjs-node | to PyTorch |');
say('|---|---|---|---|---|---|---|---|---|');
const times: LayerTimes[] = [];
for (const each of layerCases(plan)) {
  if (!`${each.operation}, ${each.size}`.includes(options.only)) continue;
  const measured = await measureLayer(each, measurement);
  times.push(measured);
  for (const row of rowsOf(measured)) say(row);
  if (options.out !== '') await writeFile(options.out, JSON.stringify({ plan, threads: measurement.threads, provider: options.provider, times }, null, 2));
}
await torch?.stop();
