/** Counts of test lanes, and the last line of `npm test`. */

/** `N passed, N failed[, N skipped]`, summed over the lanes. */
export function totalsLine(lanes) {
  const sum = (key) => lanes.reduce((total, lane) => total + lane[key], 0);
  const skipped = sum('skipped');
  return `${sum('passed')} passed, ${sum('failed')} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`;
}

/**
 * Counts of one vitest run, from its JSON report. A file that could not even be collected counts as
 * one failure; so does a run that ended badly without naming one.
 */
export function countReport(report, exitCode) {
  const files = report?.testResults ?? [];
  const broken = files.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length;
  const failed = (report?.numFailedTests ?? 0) + broken;
  return {
    passed: report?.numPassedTests ?? 0,
    failed: exitCode !== 0 && failed === 0 ? 1 : failed,
    skipped: (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0),
  };
}
