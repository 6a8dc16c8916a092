/** Arrays of numbers in a JSON file, as tensors: tables of indices beside a model's arrays. Everything else in it is left out. */
import { InputError } from '@mfim/tensor-contracts';
import { readInputFile } from '../input-file.ts';
import type { DeferredTensor, ForeignCheckpoint } from './import-kind.ts';

/** Characters of a file that is something else, for the message. */
const SHOWN = 20;

/** @throws InputError when the file is no JSON object */
export async function readJsonArrays(file: string): Promise<ForeignCheckpoint> {
  const parsed = parseObject(file, new TextDecoder().decode(await readInputFile(file, 'file')));
  const tensors = Object.entries(parsed).flatMap(([name, value]): [string, DeferredTensor][] => {
    if (!Array.isArray(value) || !value.every(Number.isFinite)) return [];
    return [[name, { shape: [value.length], read: async () => Float32Array.from(value as number[]) }]];
  });
  return { file, tensors: new Map(tensors), scalars: new Map() };
}

function parseObject(file: string, text: string): object {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) return parsed;
  } catch {
    // Told below.
  }
  throw new InputError({ where: file, expected: 'a JSON object', got: text.slice(0, SHOWN), remedy: 'pass the file as its origin has it' });
}
