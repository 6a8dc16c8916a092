/**
 * Kinds whose files hold one network of one size: everything but the key maps, the specification and the network itself. A file may
 * keep the network behind any prefix (`module.`, `E_flame.`); the one under which most of its tensors are found is taken.
 */
import { compareKeys, mapKeys } from '@mfim/checkpoints';
import type { KeyMap, Shaped } from '@mfim/checkpoints';
import { flattenSpecs } from '@mfim/nn';
import type { SpecTree } from '@mfim/nn';
import type { ForeignCheckpoint, ImportKind, Imported } from './import-kind.ts';
import { mapTensors } from './map-tensors.ts';
import { tensorsUnder } from './tensors-under.ts';

/** One way in which files hold the network. */
export interface NetworkForm {
  readonly map: KeyMap;
  readonly spec: SpecTree;
  /** Stands in the imported file's metadata. */
  readonly config?: Readonly<Record<string, unknown>>;
}

/** What differs between these kinds. */
export interface NetworkKind extends Pick<ImportKind, 'name' | 'brief' | 'origins'> {
  /** Called when a file is looked at. */
  readonly forms: () => readonly NetworkForm[];
  readonly network: NonNullable<ImportKind['network']>;
}

/** A file that holds all of a network and little else is hardly anything else. */
const CERTAIN = 0.97;
const COMPLETE = 0.7;
/** Of a file that lacks tensors. */
const PARTIAL = 0.4;

interface Candidate {
  readonly form: NetworkForm;
  readonly specs: ReadonlyMap<string, Shaped>;
  readonly prefix: string;
  /** Share of the network's tensors that the file has by name. */
  readonly share: number;
}

/** What stands before `name` in the file's names. */
function prefixesOf(name: string, names: ReadonlyMap<string, unknown>): readonly string[] {
  return [...names.keys()].filter((key) => key === name || key.endsWith(`.${name}`)).map((key) => key.slice(0, key.length - name.length));
}

function candidatesOf(form: NetworkForm, names: ReadonlyMap<string, unknown>): readonly Candidate[] {
  const specs = flattenSpecs(form.spec);
  const expected = mapKeys(form.map, specs.keys()).map(({ theirs }) => theirs);
  const known = expected.find((name) => prefixesOf(name, names).length > 0);
  const prefixes = known === undefined ? [''] : prefixesOf(known, names);
  return prefixes.map((prefix) => {
    const found = expected.filter((name) => names.has(prefix + name)).length;
    return { form, specs, prefix, share: found / expected.length };
  });
}

function bestCandidate(forms: readonly NetworkForm[], names: ReadonlyMap<string, unknown>): Candidate {
  const candidates = forms.flatMap((form) => candidatesOf(form, names));
  return candidates.reduce((best, candidate) => (candidate.share > best.share ? candidate : best));
}

function confidence(forms: readonly NetworkForm[], shapes: ReadonlyMap<string, readonly number[]>): number {
  const { form, specs, prefix, share } = bestCandidate(forms, shapes);
  const state = new Map([...tensorsUnder(shapes, prefix)].map(([name, shape]) => [name, { shape }]));
  const { missing, wrongShapes, matched } = compareKeys(state, form.map, specs);
  if (missing.length + wrongShapes.length > 0) return PARTIAL * share;
  return COMPLETE + (CERTAIN - COMPLETE) * (matched.length / shapes.size);
}

async function importNetwork(forms: readonly NetworkForm[], { file, tensors }: ForeignCheckpoint): Promise<Imported> {
  const { form, specs, prefix } = bestCandidate(forms, tensors);
  const state = tensorsUnder(tensors, prefix);
  const mapped = mapTensors(file, [{ theirs: prefix, ours: (name) => name, state, map: form.map, specs }]);
  const place = prefix === '' ? '' : `, from ${prefix.slice(0, -1)}`;
  return { origin: form.map.origin, tensors: mapped.tensors, config: form.config ?? {}, report: [form.map.origin + place, ...mapped.report] };
}

/** Makes the kind. */
export function networkKind({ name, brief, origins, forms, network }: NetworkKind): ImportKind {
  return {
    name,
    brief,
    origins,
    network,
    guess: (shapes) => confidence(forms(), shapes),
    import: (checkpoint) => importNetwork(forms(), checkpoint),
  };
}
