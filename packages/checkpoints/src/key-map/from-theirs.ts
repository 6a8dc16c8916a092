/** A network's parameters from another project's file. */
import type { HostTensor } from '@mfim/tensor-contracts';
import { elementCount } from '../data-type.ts';
import { fromTheirLayout } from './change-layout.ts';
import { KeyMapError, compareKeys } from './key-report.ts';
import type { KeyReport, Shaped } from './key-report.ts';
import type { KeyMap } from './key-map.ts';

/** Parameters under our names in our layouts, and how the file compared with the network. */
export interface ImportedTensors {
  readonly tensors: ReadonlyMap<string, HostTensor>;
  /** Nothing is missing or wrong in it; `unexpected` may list tensors that the network does not read. */
  readonly report: KeyReport;
}

/**
 * Reads a network's parameters out of a state dictionary.
 *
 * @param state their tensors by their names; see `toFloat32State` and `subState`
 * @param map their names beside ours
 * @param specs what the network needs, by our names, as `flattenSpecs` of `@mfim/nn` gives it
 * @returns the tensors in the order of `specs`; those with the layout `same` share their data with `state`
 * @throws KeyMapError, with the whole report, when anything is missing or has another shape.
 */
export function fromTheirs(state: ReadonlyMap<string, HostTensor>, map: KeyMap, specs: ReadonlyMap<string, Shaped>): ImportedTensors {
  const report = compareKeys(state, map, specs);
  if (report.missing.length + report.wrongShapes.length > 0) throw new KeyMapError(report);
  const pairs = new Map([...report.matched, ...report.filled].map((pair) => [pair.ours, pair]));
  const tensors = new Map<string, HostTensor>();
  for (const [ours, { shape }] of specs) {
    const pair = pairs.get(ours);
    const found = pair === undefined ? undefined : state.get(pair.theirs);
    if (pair === undefined) continue;
    if (found === undefined) tensors.set(ours, { data: new Float32Array(elementCount(shape)).fill(pair.fill ?? 0), shape: [...shape] });
    else tensors.set(ours, fromTheirLayout(found, pair.layout));
  }
  return { tensors, report };
}
