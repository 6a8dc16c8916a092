/** Randomness is an argument: whoever draws passes a source. */
export interface RandomSource {
  /** In [0, 1). */
  uniform(): number;
  /** N(0, 1). */
  normal(): number;
}
