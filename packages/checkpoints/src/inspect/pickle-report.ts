/** What the pickles of a file would do in Python, told without doing any of it. */
import type { Verdict } from './global-verdict.ts';

/** How often something occurs. */
export interface Counted {
  readonly name: string;
  readonly count: number;
}

/** A class or function that a pickle names. */
export interface CountedGlobal extends Counted {
  readonly verdict: Verdict;
}

/** Something that unpickling in Python would do and that reading here does not. */
export interface PickleFinding {
  /** `dangerous` and `unknown` as the name's verdict; `source` for module source that Python would run; `damage` where the pickle could not be followed. */
  readonly kind: 'dangerous' | 'unknown' | 'source' | 'damage';
  /** Such as `would call os.system("echo hello")`. */
  readonly text: string;
  readonly count: number;
}

/** All pickles of a file together. */
export interface PickleReport {
  /** How many there are, those inside others included; 0 for formats without any. */
  readonly pickles: number;
  /** Every opcode that occurs, the most frequent first. */
  readonly opcodes: readonly Counted[];
  /** Every global, dangerous ones first. */
  readonly globals: readonly CountedGlobal[];
  readonly findings: readonly PickleFinding[];
  /** Whether nothing in it is dangerous, unknown or damaged. Module source is not counted: NVIDIA's own files have it, and it is never run here. */
  readonly harmless: boolean;
}
