/** The arguments of protocol 0, which are lines of text. */
import { damaged } from '../damaged.ts';

const WHERE = 'readPickle';
const INTEGER = /^[+-]?\d{1,2000}L?$/;

/** `12`, `-3L`; `00` and `01` are the truth values of protocol 1. */
export function parseIntegerLine(line: string): number | bigint | boolean {
  if (line === '00' || line === '01') return line === '01';
  if (!INTEGER.test(line)) damaged(WHERE, { expected: 'an integer', got: JSON.stringify(line.slice(0, 40)) });
  const value = BigInt(line.replace(/L$/, '').replace(/^\+/, ''));
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** `0.1`, `1e-3`, `inf`, `nan`. */
export function parseFloatLine(line: string): number {
  const known: Readonly<Record<string, number>> = { inf: Infinity, '-inf': -Infinity, nan: Number.NaN };
  const value = Object.hasOwn(known, line) ? (known[line] as number) : Number(line);
  if (line.trim() === '' || (Number.isNaN(value) && line !== 'nan')) damaged(WHERE, { expected: 'a number', got: JSON.stringify(line.slice(0, 40)) });
  return value;
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\u0007', b: '\b', f: '\f', v: '\v', '\\': '\\', "'": "'", '"': '"' };

/** A quoted string as Python's `repr` writes it. */
export function parseStringLine(line: string): string {
  const quote = line[0];
  if (line.length < 2 || (quote !== "'" && quote !== '"') || line.at(-1) !== quote) damaged(WHERE, { expected: 'a quoted string', got: JSON.stringify(line.slice(0, 40)) });
  return line.slice(1, -1).replaceAll(/\\(?:x[0-9a-fA-F]{2}|[0-7]{1,3}|.)/g, (whole) => {
    const code = whole[1] === 'x' ? Number.parseInt(whole.slice(2), 16) : Number.parseInt(whole.slice(1), 8);
    return ESCAPES[whole.slice(1)] ?? (Number.isNaN(code) ? whole : String.fromCharCode(code));
  });
}

/** Text in Python's raw-unicode-escape. */
export function parseUnicodeLine(line: string): string {
  return line.replaceAll(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (whole, short: string | undefined, long: string | undefined) => {
    const code = Number.parseInt((short ?? long) as string, 16);
    return code <= 0x10_ffff ? String.fromCodePoint(code) : whole;
  });
}
