/** What stands in `face3d.json` beside an exported open face regressor, and its check. */
import { InputError, checkSchema } from '@mfim/tensor-contracts';
import type { Schema } from '@mfim/tensor-contracts';
import { OPEN_FACE_SQUARE } from './open-face-crop.ts';
import type { OpenFaceSize } from './open-face-network.ts';
import { OPEN_FACE_POSE_WIDTH } from './open-face-outputs.ts';

/** Its name. */
export const OPEN_FACE_FACTS_FILE = 'face3d.json';

/** Facts of one export. */
export interface OpenFaceFacts {
  readonly format: 'mfim-face3d';
  readonly version: 1;
  readonly name: string;
  /** The morphable model whose coefficients are regressed. */
  readonly model: string;
  readonly network: OpenFaceSize;
  /** Where the square is that the network reads, in shares of the aligned image. */
  readonly framing: { readonly alignment: 'ffhq'; readonly centreX: number; readonly centreY: number; readonly side: number };
  readonly expressionNames: readonly string[];
  /** How much of the face's form, or of its place, each coefficient decides; the mean of a part is 1. For `threeDimensionalLosses`. */
  readonly coefficientWeights: { readonly shape: readonly number[]; readonly pose: readonly number[]; readonly expression: readonly number[] };
  /** The network's file in the same folder. */
  readonly file: { readonly name: string; readonly bytes: number; readonly sha256: string };
  readonly training: Readonly<Record<string, unknown>>;
  readonly metrics: Readonly<Record<string, number>>;
}

const strict = (properties: Record<string, Schema>): Schema => ({ type: 'object', properties, required: Object.keys(properties), additionalProperties: false });
const whole: Schema = { type: 'integer', minimum: 1 };
const number: Schema = { type: 'number' };
const text: Schema = { type: 'string' };
const weights: Schema = { type: 'array', items: { type: 'number', minimum: 0 } };

const SCHEMA: Schema = strict({
  format: { const: 'mfim-face3d' },
  version: { const: 1 },
  name: text,
  model: text,
  network: strict({ input: whole, width: { type: 'number', minimum: 0 }, identity: whole, expression: whole }),
  framing: strict({ alignment: { const: 'ffhq' }, centreX: number, centreY: number, side: number }),
  expressionNames: { type: 'array', items: text },
  coefficientWeights: strict({ shape: weights, pose: weights, expression: weights }),
  // A plain file name: no way out of the folder.
  file: strict({ name: { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' }, bytes: whole, sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' } }),
  training: { type: 'object' },
  metrics: { type: 'object', additionalProperties: number },
});

function widthProblem({ network, expressionNames, coefficientWeights, framing }: OpenFaceFacts): string | undefined {
  const { identity, expression } = network;
  const widths: readonly (readonly [string, number, number])[] = [
    ['expressionNames', expression, expressionNames.length],
    ['coefficientWeights.shape', identity, coefficientWeights.shape.length],
    ['coefficientWeights.pose', OPEN_FACE_POSE_WIDTH, coefficientWeights.pose.length],
    ['coefficientWeights.expression', expression, coefficientWeights.expression.length],
  ];
  const wrong = widths.find(([, wanted, found]) => wanted !== found);
  if (wrong !== undefined) return `${wrong[2]} in place of ${wrong[1]} ${wrong[0]}`;
  const { centreX, centreY, side } = OPEN_FACE_SQUARE;
  return framing.centreX === centreX && framing.centreY === centreY && framing.side === side ? undefined : `a framing of ${JSON.stringify(framing)}`;
}

/**
 * Checks a parsed `face3d.json`.
 *
 * @param where for messages, such as its path
 * @throws InputError when it is of another format or version, or its widths do not fit together
 */
export function openFaceFacts(document: unknown, where: string): OpenFaceFacts {
  const problem = checkSchema(document, SCHEMA);
  const got = problem === undefined ? widthProblem(document as OpenFaceFacts) : `${problem.got} at ${problem.path}`;
  if (got === undefined) return document as OpenFaceFacts;
  throw new InputError({
    where,
    expected: problem === undefined ? 'facts of an open face regressor that fit together' : `facts of an open face regressor (mfim-face3d, version 1): ${problem.expected}`,
    got,
    remedy: 'export the regressor again with mfim-train export-face3d',
  });
}
