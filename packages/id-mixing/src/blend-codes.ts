/** Weighted sums of codes, in double precision, rounded once to float32. */

/** `output = sum share * code`. A share of 0 leaves its code unread; one share of 1 is an exact copy. */
export function blendInto(output: Float32Array, terms: readonly (readonly [share: number, code: Float32Array])[]): void {
  const used = terms.filter(([share]) => share !== 0);
  const [first] = used;
  if (used.length === 1 && first?.[0] === 1) {
    output.set(first[1]);
    return;
  }
  for (let position = 0; position < output.length; position += 1) {
    let sum = 0;
    for (const [share, code] of used) sum += share * (code[position] as number);
    output[position] = sum;
  }
}
