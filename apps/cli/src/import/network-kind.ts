/**
 * Kinds whose files hold one network of one size: everything but the key maps, the specification and the network itself. A file may
 * keep the network behind any prefix (`module.`, `E_flame.`); the one under which most of its tensors are found is taken.
 */
import { compareKeys, mapKeys } from '@mfim/checkpoints';
import type { KeyMap, KeyReport, Shaped } from '@mfim/checkpoints';
import { flattenSpecs } from '@mfim/nn';
import type { SpecTree } from '@mfim/nn';
import type { ForeignCheckpoint, ImportKind, Imported, ShapesByName } from './import-kind.ts';
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
  readonly report: KeyReport;
  /** How much of the network the file has, 0 to 1; a tensor of another shape counts half. */
  readonly share: number;
}

/** What stands before `name` in the file's names. */
function prefixesOf(name: string, tensors: ReadonlyMap<string, Shaped>): readonly string[] {
  return [...tensors.keys()].filter((key) => key === name || key.endsWith(`.${name}`)).map((key) => key.slice(0, key.length - name.length));
}

function candidatesOf(form: NetworkForm, tensors: ReadonlyMap<string, Shaped>): readonly Candidate[] {
  const specs = flattenSpecs(form.spec);
  const prefixes = mapKeys(form.map, specs.keys()).map(({ theirs }) => prefixesOf(theirs, tensors)).find((found) => found.length > 0);
  return (prefixes ?? ['']).map((prefix) => {
    const report = compareKeys(tensorsUnder(tensors, prefix), form.map, specs);
    return { form, specs, prefix, report, share: (report.matched.length + report.wrongShapes.length / 2) / specs.size };
  });
}

function bestCandidate(forms: readonly NetworkForm[], tensors: ReadonlyMap<string, Shaped>): Candidate {
  const candidates = forms.flatMap((form) => candidatesOf(form, tensors));
  return candidates.reduce((best, candidate) => (candidate.share > best.share ? candidate : best));
}

function confidence(forms: readonly NetworkForm[], shapes: ShapesByName): number {
  const { share, report } = bestCandidate(forms, new Map([...shapes].map(([name, shape]) => [name, { shape }])));
  if (report.missing.length + report.wrongShapes.length > 0) return PARTIAL * share;
  return COMPLETE + (CERTAIN - COMPLETE) * (report.matched.length / shapes.size);
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
