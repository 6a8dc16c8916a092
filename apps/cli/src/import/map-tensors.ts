/** The lazy counterpart of `fromTheirs`, for several networks of one file: no numbers are read, and every difference is told at once. */
import { compareKeys, describeKeyReport, fromTheirLayout } from '@mfim/checkpoints';
import type { KeyMap, KeyPair, KeyReport, Shaped } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';
import type { DeferredTensor } from './import-kind.ts';

/** One network of a file. */
export interface NetworkPart {
  /** Where it lies in the file, such as `g_ema.`, for messages. */
  readonly theirs: string;
  /** The name in the imported file of a parameter of `specs`. */
  readonly ours: (name: string) => string;
  /** Its tensors, without `theirs`. */
  readonly state: ReadonlyMap<string, DeferredTensor>;
  readonly map: KeyMap;
  /** What the network needs, as `flattenSpecs` of `@mfim/nn` gives it. */
  readonly specs: ReadonlyMap<string, Shaped>;
}

/** A file that lacks tensors of a network, or has them in other shapes. */
export class ImportKeysError extends InputError {
  override readonly name: string = 'ImportKeysError';
  /** One line for every key that differs, whole. */
  readonly differences: readonly string[];

  constructor(file: string, reports: readonly (readonly [NetworkPart, KeyReport])[]) {
    const differing = reports.filter(([, report]) => report.missing.length + report.wrongShapes.length > 0);
    super({
      where: file,
      expected: differing.map(([, { origin }]) => origin).join(' and '),
      got: differing.map(([{ theirs }, report]) => `${theirs === '' ? '' : `in ${theirs.slice(0, -1)} `}${describeKeyReport(report).join('; ')}`).join('; '),
      remedy: '`mfim inspect FILE` lists its tensors and tells what it may be',
    });
    this.differences = differing.flatMap(([{ theirs }, report]) => [
      ...report.missing.map((pair) => `missing ${theirs}${pair.theirs}`),
      ...report.wrongShapes.map((wrong) => `[${wrong.got.join(', ')}] instead of [${wrong.expected.join(', ')}] in ${theirs}${wrong.theirs}`),
      ...report.unexpected.map((name) => `unexpected ${theirs}${name}`),
    ]);
  }
}

function constant(shape: readonly number[], value: number): DeferredTensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, read: async () => new Float32Array(size).fill(value) };
}

function mapped(found: DeferredTensor | undefined, { layout, fill = 0 }: KeyPair, { shape }: Shaped): DeferredTensor {
  if (found === undefined) return constant(shape, fill);
  return { shape, read: async () => fromTheirLayout({ data: await found.read(), shape: found.shape }, layout).data as Float32Array };
}

/** Tensors under our names, and what the file has beside them. */
export interface MappedTensors {
  readonly tensors: ReadonlyMap<string, DeferredTensor>;
  /** One line for each kind of difference that does not hinder: unexpected and filled names. */
  readonly report: readonly string[];
}

/** @throws ImportKeysError when anything is missing or misshapen, in any of the networks */
export function mapTensors(file: string, parts: readonly NetworkPart[]): MappedTensors {
  const reports = parts.map((part) => [part, compareKeys(part.state, part.map, part.specs)] as const);
  if (reports.some(([, { missing, wrongShapes }]) => missing.length + wrongShapes.length > 0)) throw new ImportKeysError(file, reports);
  const tensors = new Map<string, DeferredTensor>();
  for (const [{ ours, state, specs }, report] of reports) {
    const pairs = new Map([...report.matched, ...report.filled].map((pair) => [pair.ours, pair]));
    for (const [name, spec] of specs) {
      const pair = pairs.get(name) as KeyPair;
      tensors.set(ours(name), mapped(state.get(pair.theirs), pair, spec));
    }
  }
  return { tensors, report: reports.flatMap(([{ theirs }, report]) => describeKeyReport(report).map((line) => `${theirs}: ${line}`)) };
}
