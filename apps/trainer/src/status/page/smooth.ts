/**
 * Exponential moving average of a curve, corrected for its start, as TensorBoard smooths: without the
 * correction the first values would be drawn towards 0.
 *
 * @param values a gap is null and stays one
 * @param weight of what came before, 0 (none) to below 1
 */
export function smooth(values: readonly (number | null)[], weight: number): (number | null)[] {
  let [average, known] = [0, 0];
  return values.map((value) => {
    if (value === null) return null;
    average = average * weight + (1 - weight) * value;
    known = known * weight + (1 - weight);
    return average / known;
  });
}
