/** Random expressions out of named blend shapes (ARKit's names): from a still face to smiles, talk, surprise, frowns and blinks. */
import type { RandomSource } from '../random-source.ts';

/** How strong, at most, and how likely each part of a mood is. A name without side means both sides. */
type Mood = Readonly<Record<string, number>>;

const MOODS: readonly { readonly share: number; readonly shapes: Mood }[] = [
  { share: 0.22, shapes: {} },
  { share: 0.2, shapes: { mouthSmile: 0.75, cheekSquint: 0.5, eyeSquint: 0.3, mouthDimple: 0.3 } },
  { share: 0.14, shapes: { mouthSmile: 0.8, mouthUpperUp: 0.45, mouthLowerDown: 0.35, jawOpen: 0.16, cheekSquint: 0.6, eyeSquint: 0.35 } },
  { share: 0.12, shapes: { jawOpen: 0.5, mouthFunnel: 0.3, mouthLowerDown: 0.3, mouthUpperUp: 0.2 } },
  { share: 0.07, shapes: { jawOpen: 0.6, browInnerUp: 0.8, browOuterUp: 0.7, eyeWide: 0.6 } },
  { share: 0.08, shapes: { browDown: 0.8, noseSneer: 0.4, mouthPress: 0.4, eyeSquint: 0.4 } },
  { share: 0.07, shapes: { mouthFrown: 0.7, browInnerUp: 0.6, mouthShrugLower: 0.4 } },
  { share: 0.05, shapes: { mouthPucker: 0.7, mouthFunnel: 0.3 } },
  { share: 0.05, shapes: { mouthRollLower: 0.5, mouthRollUpper: 0.4, mouthPress: 0.5 } },
];
/** Small movements of everything, on top. */
const STIR: Mood = { browInnerUp: 0.2, browDown: 0.2, browOuterUp: 0.2, jawLeft: 0.12, jawRight: 0.12, jawForward: 0.15, mouthLeft: 0.15, mouthRight: 0.15, mouthStretch: 0.2, mouthClose: 0.05, eyeSquint: 0.2 };
const STIR_SHARE = 0.35;
const BLINK_SHARE = 0.07;
/** Lids open less than on the model's neutral head, whose eyes are wide. */
const LIDS_AT_REST = 0.1;
const ASYMMETRY = 0.12;
const GAZE = 0.25;

function pickMood(random: RandomSource): Mood {
  let left = random.uniform();
  for (const { share, shapes } of MOODS) {
    left -= share;
    if (left < 0) return shapes;
  }
  return {};
}

/** Both names of a shape with sides, or its own. */
const sided = (name: string, names: readonly string[]): readonly string[] => (names.includes(name) ? [name] : [`${name}_L`, `${name}_R`]);

/**
 * @param names of the model's expression coefficients; shapes that it lacks are left out
 * @returns a coefficient in [0, 1] for each name
 */
export function drawExpression(names: readonly string[], random: RandomSource): Float64Array {
  const values = new Map<string, number>();
  const add = (name: string, strength: number): void => {
    for (const side of sided(name, names)) values.set(side, (values.get(side) ?? 0) + strength * (1 + ASYMMETRY * random.normal()));
  };
  const intensity = 0.35 + 0.65 * random.uniform();
  for (const [name, strength] of Object.entries(pickMood(random))) add(name, strength * intensity * (0.6 + 0.5 * random.uniform()));
  for (const [name, strength] of Object.entries(STIR)) if (random.uniform() < STIR_SHARE) add(name, strength * random.uniform());
  add('eyeBlink', random.uniform() < BLINK_SHARE ? 0.4 + 0.6 * random.uniform() : LIDS_AT_REST + 0.08 * random.normal());
  const [across, up] = [GAZE * random.normal(), 0.6 * GAZE * random.normal()];
  values.set(across > 0 ? 'eyeLookOut_L' : 'eyeLookIn_L', Math.abs(across));
  values.set(across > 0 ? 'eyeLookIn_R' : 'eyeLookOut_R', Math.abs(across));
  for (const side of ['L', 'R']) values.set(up > 0 ? `eyeLookUp_${side}` : `eyeLookDown_${side}`, Math.abs(up));
  return Float64Array.from(names, (name) => Math.min(1, Math.max(0, values.get(name) ?? 0)));
}
