/** What the headers of an answer say about the bytes that follow. */
import type { PartOrigin } from './part-file.ts';

export const STATUS_WHOLE = 200;
export const STATUS_PART = 206;

/** Where the bytes of an answer belong, and what they are part of. */
export interface Answer {
  /** Place of the first byte in the file; NaN when the headers make no sense. */
  readonly start: number;
  readonly origin: PartOrigin;
}

const present = <Key extends string>(key: Key, value: string | null): { [name in Key]?: string } =>
  value === null ? {} : ({ [key]: value } as { [name in Key]?: string });

function whole(headers: Headers): number | undefined {
  const length = headers.get('content-length');
  // A compressed answer is unpacked on its way to us, so its length says nothing.
  return length === null || (headers.get('content-encoding') ?? 'identity') !== 'identity' ? undefined : Number(length);
}

/** @param url the address that was asked */
export function readAnswer(url: string, { status, headers }: Response): Answer {
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/u.exec(headers.get('content-range') ?? '');
  const stated = range?.[2] === undefined || range[2] === '*' ? undefined : Number(range[2]);
  const total = status === STATUS_PART ? stated : whole(headers);
  return {
    start: status === STATUS_PART ? Number(range?.[1] ?? Number.NaN) : 0,
    origin: { url, ...(total === undefined ? {} : { total }), ...present('etag', headers.get('etag')), ...present('modified', headers.get('last-modified')) },
  };
}

const differs = (a: string | number | undefined, b: string | number | undefined): boolean => a !== undefined && b !== undefined && a !== b;

/** Whether the answer to a range request is of another version than the bytes that are here. */
export function isOtherVersion(here: PartOrigin, now: PartOrigin): boolean {
  return here.url === now.url && (differs(here.etag, now.etag) || differs(here.total, now.total) || differs(here.modified, now.modified));
}
