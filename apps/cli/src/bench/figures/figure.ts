/** The figures that the project sets itself, and whether a measurement reaches them. */

/** One line of the table. */
export interface Figure {
  /** `a` to `h`; `b` has two lines. */
  readonly letter: string;
  readonly what: string;
  /** `null` when it was not measured. */
  readonly value: number | null;
  readonly unit: 'ratio' | 'MB';
  readonly goal: Goal | null;
  /** Whether the goal is reached; `null` without a goal or a value. */
  readonly met: boolean | null;
  /** Why there is no value, or what limits it. */
  readonly reason?: string;
  /** What the value was computed from, by name. */
  readonly parts: Readonly<Record<string, number | string>>;
}

/** What is wanted. */
export interface Goal {
  readonly atMost?: number;
  readonly atLeast?: number;
}

/** Letters, in the order of the table. */
export const FIGURE_LETTERS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'] as const;

/** Letter of a figure. */
export type FigureLetter = (typeof FIGURE_LETTERS)[number];

type Definition = Pick<Figure, 'letter' | 'what' | 'unit' | 'goal'>;

const ratio = (letter: FigureLetter, what: string, goal: Goal | null): Definition => ({ letter, what, unit: 'ratio', goal });

/** Every line, by name. */
export const FIGURES = {
  pytorch: ratio('a', '1024 generator: onnx CPU / PyTorch CPU, its fastest layout', { atMost: 0.6 }),
  peak256: ratio('b', '256 generator: GFLOP/s / GFLOP/s of a matrix product', { atLeast: 0.75 }),
  peak1024: ratio('b', '1024 generator: GFLOP/s / GFLOP/s of a matrix product', { atLeast: 0.6 }),
  trainingPytorch: ratio('c', 'training step at 128: onnx CPU / PyTorch CPU', { atMost: 1 }),
  trainingTensorflow: ratio('d', 'training step at 128: onnx / tfjs-node', { atMost: 1 }),
  trainingMemory: ratio('e', 'training step at 128, peak memory: onnx / PyTorch', { atMost: 1 }),
  browser: ratio('f', '256 generator: wasm in Chromium / native', null),
  slider: ratio('g', '1024: change of a slider of the finest layers / whole synthesis', { atMost: 0.5 }),
  download: { letter: 'h', what: '1024 generator in float16, download', unit: 'MB', goal: { atMost: 62 } },
} as const satisfies Readonly<Record<string, Definition>>;

/** Name of a line. */
export type FigureName = keyof typeof FIGURES;

function isMet(value: number, { atMost = Number.POSITIVE_INFINITY, atLeast = Number.NEGATIVE_INFINITY }: Goal): boolean {
  return value <= atMost && value >= atLeast;
}

/** A measured line. */
export function measuredFigure(name: FigureName, value: number, { parts, reason }: Pick<Figure, 'parts' | 'reason'>): Figure {
  const definition: Definition = FIGURES[name];
  const { goal } = definition;
  return { ...definition, value, met: goal === null ? null : isMet(value, goal), parts, ...(reason === undefined ? {} : { reason }) };
}

/** A line that could not be measured, and why. */
export function skippedFigure(name: FigureName, reason: string): Figure {
  return { ...FIGURES[name], value: null, met: null, reason, parts: {} };
}
