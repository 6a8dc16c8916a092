/** Means of the terms since they were last taken; a term that counts in some steps only is averaged over those. */
import type { StepTerms } from './stage.ts';

export class TermMeans {
  private readonly sums = new Map<string, { sum: number; count: number }>();
  private steps = 0;

  /** Steps since the last `take`. */
  get count(): number {
    return this.steps;
  }

  add(terms: StepTerms): void {
    this.steps += 1;
    for (const [name, value] of Object.entries(terms)) {
      const entry = this.sums.get(name) ?? { sum: 0, count: 0 };
      this.sums.set(name, { sum: entry.sum + value, count: entry.count + 1 });
    }
  }

  take(): Record<string, number> {
    const means = Object.fromEntries([...this.sums].map(([name, { sum, count }]) => [name, sum / count]));
    this.sums.clear();
    this.steps = 0;
    return means;
  }
}
