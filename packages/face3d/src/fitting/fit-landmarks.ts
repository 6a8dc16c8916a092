/**
 * A morphable model fitted to landmarks: pose, identity and expression that explain them best, by Gauss-Newton with priors.
 * Minimised is
 *
 *     sum |project(R v(a, b) + t) - observed|^2 / noise^2 + |(a - m) / s|^2 + |b|^2 / spread^2,   b within its range,
 *
 * m and s being 0 and 1, the model's own people, unless more is known of the person; first by the pose alone, from POS, then by everything. A step that does not lower the sum is halved. Expressions at an end of
 * their range that push outwards stay there for a step. The camera is given: landmarks alone hardly tell focal length from distance.
 */
import { FaceError, InputError } from '@mfim/tensor-contracts';
import type { MorphableBasis } from '@mfim/tensor-contracts';
import type { PerspectiveCamera } from '../camera/perspective.ts';
import type { RigidMotion } from '../camera/rigid-motion.ts';
import type { FaceShape } from '../mesh/morph-vertices.ts';
import { rotationFromAxisAngle } from '../rotation/axis-angle.ts';
import { composeRotations } from '../rotation/rotation-matrix.ts';
import { landmarkSpan } from './check-landmarks.ts';
import { initialMotion } from './initial-motion.ts';
import { POSE_WIDTH, linearise, projectState } from './linearise.ts';
import type { FitState, FitTask, Linearised } from './linearise.ts';
import { solvePositive } from './solve-positive.ts';

/** How to fit. */
export interface FitOptions {
  readonly camera: PerspectiveCamera;
  /** One for each landmark, 0 leaves it out; all 1 when absent. */
  readonly weights?: ArrayLike<number>;
  /** Standard deviation of the landmarks in shares of their span; default 0.02. */
  readonly noise?: number;
  /** Identity modes that are fitted, from the first; default 60. */
  readonly identityModes?: number;
  /** What is known of the person before: where the identity modes lie, and how far from it they may be. Modes beyond the mean's: 0 and 1. */
  readonly person?: { readonly mean: ArrayLike<number>; readonly spread: number };
  /** Standard deviation of the expression coefficients; default 0.35, for blend shapes from 0 to 1. */
  readonly expressionSpread?: number;
  /** What an expression coefficient may be; default [0, 1]. */
  readonly expressionRange?: readonly [number, number];
}

/** A fitted face. */
export interface FittedFace {
  readonly shape: FaceShape;
  readonly motion: RigidMotion;
  /** [points, 2], where the fit has the landmarks. */
  readonly landmarks: Float64Array;
  /** Root mean square distance to the observed ones, in shares of their span. */
  readonly error: number;
  /** 0 to 1: 0.5 at an error of 0.04. */
  readonly confidence: number;
  readonly iterations: number;
}

interface Prior {
  /** Of the identity modes: their means, and 1 / standard deviation. */
  readonly mean: Float64Array;
  readonly certainty: Float64Array;
  readonly spread: number;
  readonly range: readonly [number, number];
}

/** What is moved, towards what. */
interface FitPass {
  readonly prior: Prior;
  readonly poseOnly: boolean;
}

const DEFAULTS = { noise: 0.02, identityModes: 60, expressionSpread: 0.35, expressionRange: [0, 1] } as const;
const POSE_ITERATIONS = 10;
const MOST_ITERATIONS = 40;
const MOST_HALVINGS = 8;
/** A relative decrease below it ends the fit. */
const ENOUGH = 1e-7;
/** Errors above it are no face that this model can have. */
const HOPELESS = 0.2;
/** Cosine between the face and the way to the camera: further away than in profile nobody sees landmarks. */
const LEAST_FACING = -0.3;
const HALF_CONFIDENT = 0.04;
/** Keeps the normal matrix positive where the pose is hardly seen. */
const DAMPING = 1e-9;

function cost(task: FitTask, state: FitState, { mean, certainty, spread }: Prior): number {
  const projected = projectState(task, state);
  if (projected === undefined) return Infinity;
  let sum = 0;
  for (let at = 0; at < projected.length; at += 1) sum += ((projected[at]! - task.observed[at]!) * task.certainty[at >> 1]!) ** 2;
  state.identity.forEach((coefficient, mode) => (sum += ((coefficient - mean[mode]!) * certainty[mode]!) ** 2));
  for (const coefficient of state.expression) sum += (coefficient / spread) ** 2;
  return sum;
}

/** The lower half of J'J, and -J'r, of the first `moving` unknowns; the others stay 0. Both rows of a landmark go in together: the matrix is read and written once for them. */
function products({ residuals, slopes }: Linearised, unknowns: number, moving: number): { readonly matrix: Float64Array; readonly right: Float64Array } {
  const matrix = new Float64Array(unknowns * unknowns);
  const right = new Float64Array(unknowns);
  for (let row = 0; row < residuals.length; row += 2) {
    const [x, y] = [row * unknowns, (row + 1) * unknowns];
    const [rx, ry] = [residuals[row]!, residuals[row + 1]!];
    for (let first = 0; first < moving; first += 1) {
      const [sx, sy] = [slopes[x + first]!, slopes[y + first]!];
      right[first]! -= sx * rx + sy * ry;
      const at = first * unknowns;
      for (let second = 0; second <= first; second += 1) matrix[at + second]! += sx * slopes[x + second]! + sy * slopes[y + second]!;
    }
  }
  return { matrix, right };
}

/** J'J and -J'r, priors included. */
function normalEquations(task: FitTask, state: FitState, { prior: { mean, certainty, spread }, poseOnly }: FitPass): { readonly matrix: Float64Array; readonly right: Float64Array } {
  const linearised = linearise(task, state);
  const unknowns = linearised.slopes.length / linearised.residuals.length;
  const { matrix, right } = products(linearised, unknowns, poseOnly ? POSE_WIDTH : unknowns);
  const coefficients = [...state.identity, ...state.expression];
  coefficients.forEach((coefficient, index) => {
    const weight = (index < state.identity.length ? certainty[index]! : 1 / spread) ** 2;
    const at = POSE_WIDTH + index;
    matrix[at * unknowns + at]! += weight;
    right[at]! -= weight * (coefficient - (mean[index] ?? 0));
  });
  for (let at = 0; at < POSE_WIDTH; at += 1) matrix[at * unknowns + at]! *= 1 + DAMPING;
  return { matrix, right };
}

/** Takes unknowns out of the equations: they do not move. */
function freeze(equations: { readonly matrix: Float64Array; readonly right: Float64Array }, frozen: (unknown: number) => boolean): void {
  const { matrix, right } = equations;
  const size = right.length;
  for (let unknown = 0; unknown < size; unknown += 1) {
    if (!frozen(unknown)) continue;
    for (let other = 0; other < size; other += 1) matrix[Math.max(unknown, other) * size + Math.min(unknown, other)] = unknown === other ? 1 : 0;
    right[unknown] = 0;
  }
}

function moved({ motion, identity, expression }: FitState, step: Float64Array, { share, range }: { readonly share: number; readonly range: readonly [number, number] }): FitState {
  const turn = rotationFromAxisAngle([step[0]! * share, step[1]! * share, step[2]! * share]);
  return {
    // The slopes turn the head about its own origin, then shift it.
    motion: { rotation: composeRotations(turn, motion.rotation), translation: [0, 1, 2].map((axis) => motion.translation[axis]! + share * step[3 + axis]!) },
    identity: identity.map((value, index) => value + share * step[POSE_WIDTH + index]!),
    expression: expression.map((value, index) => Math.min(range[1], Math.max(range[0], value + share * step[POSE_WIDTH + identity.length + index]!))),
  };
}

/** One step, or undefined when none lowers the cost. */
function improve(task: FitTask, state: FitState, pass: FitPass): FitState | undefined {
  const { prior, poseOnly } = pass;
  const equations = normalEquations(task, state, pass);
  const firstExpression = POSE_WIDTH + state.identity.length;
  const [low, high] = prior.range;
  freeze(equations, (unknown) => {
    if (unknown < POSE_WIDTH) return false;
    const value = state.expression[unknown - firstExpression];
    const push = equations.right[unknown]!;
    return poseOnly || (value !== undefined && ((value <= low && push < 0) || (value >= high && push > 0)));
  });
  const step = equations.right;
  if (!solvePositive(equations.matrix, step)) return undefined;
  const before = cost(task, state, prior);
  for (let halvings = 0, share = 1; halvings < MOST_HALVINGS; halvings += 1, share /= 2) {
    const next = moved(state, step, { share, range: prior.range });
    if (cost(task, next, prior) < before * (1 - ENOUGH)) return next;
  }
  return undefined;
}

function fitState(task: FitTask, start: FitState, prior: Prior): { readonly state: FitState; readonly iterations: number } {
  let state = start;
  let iterations = 0;
  for (const poseOnly of [true, false]) {
    for (let step = 0; step < (poseOnly ? POSE_ITERATIONS : MOST_ITERATIONS); step += 1) {
      const next = improve(task, state, { prior, poseOnly });
      if (next === undefined) break;
      state = next;
      iterations += 1;
    }
  }
  return { state, iterations };
}

const positive = (value: number | undefined): boolean => value === undefined || (value > 0 && Number.isFinite(value));

function checkOptions({ camera, noise, identityModes, expressionSpread, weights, person }: FitOptions, points: number): void {
  const usable = weights === undefined || (weights.length === points && Array.prototype.every.call(weights, (weight: number) => weight >= 0 && Number.isFinite(weight)));
  const known = person === undefined || (positive(person.spread) && Array.prototype.every.call(person.mean, Number.isFinite));
  if (known && positive(camera.focal) && camera.centre.every(Number.isFinite) && positive(noise) && positive(expressionSpread) && positive(identityModes) && usable) return;
  throw new InputError({ where: 'fitLandmarks', expected: 'a focal length, noise and spreads above 0, a weight of 0 or more for each landmark, a finite mean', got: 'others', remedy: 'correct the options' });
}

/** What the unknowns of a fit are and how they begin. */
function begin(basis: MorphableBasis, observed: ArrayLike<number>, options: FitOptions): { readonly task: FitTask; readonly state: FitState; readonly span: number } {
  const points = basis.mean.length / 3;
  checkOptions(options, points);
  const span = landmarkSpan(observed, points);
  const { noise, identityModes } = { ...DEFAULTS, ...options };
  const certainty = Float64Array.from({ length: points }, (_, point) => (options.weights?.[point] ?? 1) / (noise * span));
  const modes = basis.identity.length / basis.mean.length;
  const state = {
    motion: initialMotion(basis.mean, observed, options.camera),
    identity: new Float64Array(Math.min(modes, identityModes)),
    expression: new Float64Array(basis.expression.length / basis.mean.length),
  };
  return { task: { basis, camera: options.camera, observed, certainty }, state, span };
}

/** What is known of coefficients before any landmark is seen. */
function priorOf({ person, expressionSpread: spread, expressionRange: range }: FitOptions, modes: number): Prior {
  const known = (mode: number): boolean => person !== undefined && mode < person.mean.length;
  return {
    mean: Float64Array.from({ length: modes }, (_, mode) => (known(mode) ? person!.mean[mode]! : 0)),
    certainty: Float64Array.from({ length: modes }, (_, mode) => (known(mode) ? 1 / person!.spread : 1)),
    spread: spread ?? DEFAULTS.expressionSpread,
    range: range ?? DEFAULTS.expressionRange,
  };
}

/** Root mean square distance over the landmarks that count. */
function distance({ observed, certainty }: FitTask, landmarks: Float64Array): number {
  let [sum, total] = [0, 0];
  certainty.forEach((weight, point) => {
    sum += weight * ((landmarks[point * 2]! - observed[point * 2]!) ** 2 + (landmarks[point * 2 + 1]! - observed[point * 2 + 1]!) ** 2);
    total += weight;
  });
  return Math.sqrt(sum / total);
}

/**
 * Fits a model to landmarks.
 *
 * @param basis of the landmarks alone, as `landmarkBasis` makes it
 * @param observed [points, 2], pixels, in the order of the basis
 * @throws ShapeError for another number of points or such as are not finite; FaceError for points that are no face (on a line,
 *   mirrored, scrambled: whatever the model misses by a fifth of their span); InputError for options out of range
 */
export function fitLandmarks(basis: MorphableBasis, observed: ArrayLike<number>, options: FitOptions): FittedFace {
  const { task, state: start, span } = begin(basis, observed, options);
  const { state, iterations } = fitState(task, start, priorOf(options, start.identity.length));
  const landmarks = projectState(task, state);
  const error = landmarks === undefined ? Infinity : distance(task, landmarks) / span;
  if (landmarks === undefined || !(error < HOPELESS)) {
    throw new FaceError({ where: 'fitLandmarks', expected: `landmarks within ${HOPELESS} of their span`, got: `${error.toFixed(2)}`, remedy: 'use a photo with a clear face, not mirrored landmarks' });
  }
  if (state.motion.rotation[8]! < LEAST_FACING) {
    throw new FaceError({ where: 'fitLandmarks', expected: 'a face that is turned to the camera', got: 'landmarks as from behind: left and right are exchanged', remedy: 'pass left and right as the model has them' });
  }
  return { shape: { identity: state.identity, expression: state.expression }, motion: state.motion, landmarks, error, confidence: 1 / (1 + (error / HALF_CONFIDENT) ** 2), iterations };
}
