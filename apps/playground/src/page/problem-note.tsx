/** One readable message about something that went wrong. */
import type { Problem } from '../engine/problem.ts';

/** Read out at once by screen readers. */
export function ProblemNote({ problem }: { readonly problem: Problem }) {
  return (
    <div class="problem" role="alert">
      <p>{problem.what}</p>
      <p class="remedy">{problem.remedy}</p>
    </div>
  );
}
