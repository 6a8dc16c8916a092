/** Numbers for people: losses, spans of time, memory. */

const SIGNIFICANT = 3;
const SMALLEST_PLAIN = 0.001;
const LARGEST_PLAIN = 100_000;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
const BYTE_STEP = 1000;

/** Three significant digits; whole numbers of up to five digits stay whole. */
export function displayNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < SMALLEST_PLAIN || size >= LARGEST_PLAIN)) return value.toExponential(SIGNIFICANT - 1);
  return size >= 10 ** (SIGNIFICANT - 1) ? value.toFixed(0) : value.toPrecision(SIGNIFICANT);
}

/** The two largest units: `2 d 4 h`, `3 h 12 min`, `45 s`. */
export function displayDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown';
  const whole = Math.max(0, Math.round(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min ${whole % MINUTE} s`;
  if (whole < DAY) return `${Math.floor(whole / HOUR)} h ${Math.floor((whole % HOUR) / MINUTE)} min`;
  return `${Math.floor(whole / DAY)} d ${Math.floor((whole % DAY) / HOUR)} h`;
}

/** Bytes in steps of a thousand: `2.10 GB`. */
export function displayBytes(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= BYTE_STEP && unit < BYTE_UNITS.length - 1) [value, unit] = [value / BYTE_STEP, unit + 1];
  return `${displayNumber(value)} ${BYTE_UNITS[unit]}`;
}

/** A share as whole percent. */
export function displayShare(share: number): string {
  return `${(share * 100).toFixed(0)} %`;
}
