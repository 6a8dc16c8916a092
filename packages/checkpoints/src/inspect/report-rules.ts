/** The rules of looking: names and calls are written down, nothing stands for their results. */
import { regionOf } from '../numpy/numpy-tensor.ts';
import { LOAD_FROM_BYTES } from '../pickle/allowed-globals.ts';
import type { Opcode } from '../pickle/opcode-stream.ts';
import { BytesSpan, GlobalName, UnmadeCall } from '../pickle/pickle-value.ts';
import type { PickleValue } from '../pickle/pickle-value.ts';
import type { PickleRules } from '../pickle/unpickle.ts';
import type { Reading, Region } from '../reading/region.ts';
import { callText } from './call-text.ts';
import { globalVerdict } from './global-verdict.ts';
import type { CountedGlobal, PickleFinding, PickleReport } from './pickle-report.ts';

const RECONSTRUCT = 'torch_utils.persistence._reconstruct_persistent_obj';
const MAXIMUM_FINDINGS = 200;
const MAXIMUM_GLOBALS = 10_000;
/** Calls that are written out; telling takes longer than counting. */
const MAXIMUM_TOLD = 20_000;
const AND_MORE = 'and others';
const OTHERS = '(others)';

const SEVERITY = { dangerous: 0, unknown: 1, allowed: 2 } as const;

function countUp(counts: Map<string, number>, name: string, limit: number): void {
  const known = counts.has(name) || counts.size < limit ? name : OTHERS;
  counts.set(known, (counts.get(known) ?? 0) + 1);
}

function sourceText(meta: PickleValue | undefined): string {
  const field = (name: string): PickleValue | undefined => (meta instanceof Map ? meta.get(name) : undefined);
  const [source, className] = [field('module_src'), field('class_name')];
  const length = typeof source === 'string' ? source.length : 0;
  return `would run ${length} characters of Python source that the file carries for the class ${typeof className === 'string' ? className.slice(0, 100) : '?'}`;
}

/** Writes down what pickles name, call and carry. */
export class ReportRules implements PickleRules {
  readonly #opcodes = new Map<string, number>();
  readonly #globals = new Map<string, number>();
  readonly #findings = new Map<string, PickleFinding>();
  /** Files in byte strings that would be unpickled in turn. */
  readonly embedded: Region[] = [];
  pickles = 0;
  #told = 0;

  seen({ name }: Opcode): void {
    countUp(this.#opcodes, name, Number.POSITIVE_INFINITY);
  }

  global(module: string, name: string): PickleValue {
    countUp(this.#globals, `${module}.${name}`, MAXIMUM_GLOBALS);
    return new GlobalName(`${module}.${name}`);
  }

  // oxlint-disable-next-line eslint/require-yield -- nothing is read for a call that is not made
  *call(callee: PickleValue, parameters: PickleValue): Reading<PickleValue> {
    const call = new UnmadeCall(callee, parameters);
    const name = call.root;
    const first = Array.isArray(parameters) ? parameters[0] : undefined;
    if (name === RECONSTRUCT) this.find('source', sourceText(first));
    else if (name === LOAD_FROM_BYTES && (first instanceof Uint8Array || first instanceof BytesSpan)) this.embedded.push(regionOf(first));
    else {
      const verdict = name === undefined ? 'unknown' : globalVerdict(name);
      if (verdict !== 'allowed' || callee instanceof UnmadeCall) this.#wouldCall(verdict === 'allowed' ? 'unknown' : verdict, call);
    }
    return call;
  }

  build(object: PickleValue, state: PickleValue): void {
    const name = object instanceof UnmadeCall ? object.root : undefined;
    const verdict = name === undefined ? 'allowed' : globalVerdict(name);
    if (verdict !== 'allowed') this.#wouldCall(verdict, new UnmadeCall(new GlobalName(`${name}.__setstate__`), [state]));
  }

  #wouldCall(kind: PickleFinding['kind'], call: UnmadeCall): void {
    this.#told += 1;
    this.find(kind, this.#told > MAXIMUM_TOLD ? AND_MORE : `would call ${callText(call)}`);
  }

  persistent(id: PickleValue): PickleValue {
    return new UnmadeCall(new GlobalName('persistent_load'), [id]);
  }

  addTo(): void {
    // What is added to an object that does not exist is of no interest.
  }

  find(kind: PickleFinding['kind'], text: string): void {
    const known = this.#findings.get(text);
    if (known === undefined && this.#findings.size >= MAXIMUM_FINDINGS) return this.#count(kind, AND_MORE);
    this.#count(kind, text);
  }

  #count(kind: PickleFinding['kind'], text: string): void {
    const known = this.#findings.get(text);
    this.#findings.set(text, { kind, text, count: (known?.count ?? 0) + 1 });
  }

  report(): PickleReport {
    const globals = Array.from(this.#globals, ([name, count]): CountedGlobal => ({ name, count, verdict: globalVerdict(name) }));
    const findings = [...this.#findings.values()];
    return {
      pickles: this.pickles,
      opcodes: Array.from(this.#opcodes, ([name, count]) => ({ name, count })).toSorted((first, second) => second.count - first.count),
      globals: globals.toSorted((first, second) => SEVERITY[first.verdict] - SEVERITY[second.verdict] || second.count - first.count),
      findings,
      harmless: globals.every(({ verdict }) => verdict === 'allowed') && findings.every(({ kind }) => kind === 'source'),
    };
  }
}
