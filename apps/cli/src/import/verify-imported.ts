/**
 * Runs an imported network on the inputs of a golden file and compares with the outputs that the origin's own code gave. The
 * file has `input.NAME` and `output.NAME` in PyTorch's layouts: images [batch, channels, height, width].
 */
import { nodeRuntime } from '@mfim/pipeline/node';
import { InputError } from '@mfim/tensor-contracts';
import type { HostTensor } from '@mfim/tensor-contracts';
import { traceToOnnx } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { useCpuBackend } from '../use-cpu-backend.ts';
import type { DeferredTensor, ImportKind, ImportedFile, NamedTensors } from './import-kind.ts';
import { withForeign } from './open-foreign.ts';
import { tensorsUnder } from './tensors-under.ts';

/** How far one output is from the origin's. */
export interface OutputDifference {
  readonly name: string;
  readonly shape: readonly number[];
  /** Largest absolute difference. */
  readonly largest: number;
  /** The same, divided by the largest absolute value of the origin's output. */
  readonly relative: number;
}

type HostTensors = ReadonlyMap<string, HostTensor>;
type Network = (inputs: NamedTensors) => NamedTensors;

const IMAGE_AXES = 4;
const TO_CHANNELS_LAST = [0, 2, 3, 1];
const TO_CHANNELS_FIRST = [0, 3, 1, 2];

const ordered = (tensor: tf.Tensor, order: readonly number[]): tf.Tensor => (tensor.rank === IMAGE_AXES ? tf.transpose(tensor, [...order]) : tensor);

function renamed(tensors: Readonly<Record<string, tf.Tensor>>, change: (name: string, tensor: tf.Tensor) => readonly [string, tf.Tensor]): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => change(name, tensor)));
}

interface Golden {
  readonly inputs: HostTensors;
  readonly outputs: HostTensors;
}

async function readAll(tensors: ReadonlyMap<string, DeferredTensor>): Promise<HostTensors> {
  const read = new Map<string, HostTensor>();
  // One after the other: their bytes and their numbers are in memory together only for one.
  for (const [name, tensor] of tensors) read.set(name, { shape: tensor.shape, data: await tensor.read() });
  return read;
}

async function readGolden(path: string): Promise<Golden> {
  const all = await withForeign(path, ({ tensors }) => readAll(tensors));
  const golden = { inputs: tensorsUnder(all, 'input.'), outputs: tensorsUnder(all, 'output.') };
  if (golden.inputs.size > 0 && golden.outputs.size > 0) return golden;
  const got = [...all.keys()].join(', ');
  throw new InputError({ where: `--verify ${path}`, expected: 'arrays named input.NAME and output.NAME', got, remedy: 'the readme of apps/cli says which names each kind has' });
}

/** Reads back what `writeImported` wrote. */
async function readImported(path: string, kind: string): Promise<ImportedFile> {
  return withForeign(path, async ({ tensors, scalars }) => {
    return { kind, config: JSON.parse(String(scalars.get('config') ?? '{}')) as ImportedFile['config'], tensors: await readAll(tensors) };
  });
}

/** The network in PyTorch's layouts, as ONNX; ports of ONNX need names that differ, so inputs are `input.NAME`. */
async function exportNetwork(network: Network, inputs: HostTensors): Promise<Uint8Array> {
  const ports = [...inputs].map(([name, { shape }]) => ({ name: `input.${name}`, shape }));
  const traced = await traceToOnnx(
    (given) => {
      const own = renamed(given, (name, tensor) => [name.replace(/^input\./, ''), ordered(tensor, TO_CHANNELS_LAST)]);
      return { ...renamed(network(own), (name, tensor) => [`output.${name}`, ordered(tensor, TO_CHANNELS_FIRST)]) };
    },
    { name: 'imported', inputs: ports },
  );
  return traced.bytes;
}

/** The imported network as ONNX; when it is made, its weights are nowhere else in memory. */
async function exportImported(make: (file: ImportedFile) => Network, file: () => Promise<ImportedFile>, inputs: HostTensors): Promise<Uint8Array> {
  await useCpuBackend();
  tf.engine().startScope();
  try {
    return await exportNetwork(make(await file()), inputs);
  } finally {
    tf.engine().endScope();
  }
}

async function run(model: Uint8Array, inputs: HostTensors): Promise<Readonly<Record<string, HostTensor>>> {
  const session = await (await nodeRuntime()).open(model);
  try {
    return await session.run(Object.fromEntries([...inputs].map(([name, tensor]) => [`input.${name}`, tensor])));
  } finally {
    await session.release();
  }
}

function differenceOf(name: string, actual: HostTensor | undefined, golden: HostTensor): OutputDifference {
  if (actual?.shape.join() !== golden.shape.join()) {
    const got = actual === undefined ? 'none' : `[${actual.shape.join(', ')}]`;
    throw new InputError({ where: `--verify, output ${name}`, expected: `[${golden.shape.join(', ')}] as in the golden file`, got, remedy: 'name outputs as the readme of apps/cli has them' });
  }
  let [largest, size] = [0, 0];
  for (const [index, wanted] of golden.data.entries()) {
    // Math.max passes NaN on, so that it never counts as "no difference".
    largest = Math.max(largest, Math.abs((actual.data[index] as number) - wanted));
    size = Math.max(size, Math.abs(wanted));
  }
  return { name, shape: golden.shape, largest, relative: size === 0 ? largest : largest / size };
}

/**
 * @param path the imported file
 * @param golden .npz or .safetensors
 * @returns one difference for each output of the golden file
 * @throws InputError when the kind cannot be run, or the golden file has other names or shapes than the network
 */
export async function verifyImported(kind: ImportKind, path: string, golden: string): Promise<readonly OutputDifference[]> {
  const { inputs, outputs } = await readGolden(golden);
  const make = kind.network?.bind(kind);
  if (make === undefined) {
    throw new InputError({ where: `--verify ${golden}`, expected: 'a kind that can be run', got: kind.name, remedy: 'import it without --verify' });
  }
  const model = await exportImported(make, () => readImported(path, kind.name), inputs);
  const actual = await run(model, inputs);
  return [...outputs].map(([name, wanted]) => differenceOf(name, actual[`output.${name}`], wanted));
}
