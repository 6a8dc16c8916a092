/**
 * Serialises TensorBoard events. Field numbers are those of tensorboard/compat/proto: event.proto (Event,
 * SessionLog), summary.proto (Summary, Value, Image, SummaryMetadata), histogram.proto, tensor.proto.
 * Scalars, images and histograms are written in the older form that TensorBoard converts by itself, as
 * PyTorch's SummaryWriter does: every reader knows it.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { HistogramBuckets } from './histogram-buckets.ts';

/** From version 2 on, TensorBoard drops what a restart overwrote by looking for SessionLog.START. */
const FILE_VERSION = 'brain.Event:2';
const SESSION_START = 1;
const RGB = 3;
const STRING_TYPE = 7;

/** What one event carries. */
export type EventContent =
  | { readonly kind: 'file version' }
  /** A session starts at the event's step: readers forget what they saw of that step and later ones. */
  | { readonly kind: 'session start' }
  | { readonly kind: 'scalar'; readonly tag: string; readonly value: number }
  | { readonly kind: 'image'; readonly tag: string; readonly png: Uint8Array; readonly width: number; readonly height: number }
  | { readonly kind: 'histogram'; readonly tag: string; readonly buckets: HistogramBuckets }
  | { readonly kind: 'text'; readonly tag: string; readonly markdown: string };

type Content<Kind extends EventContent['kind']> = Extract<EventContent, { readonly kind: Kind }>;

function integer(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

function double(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Bit64).double(value);
}

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

function packedDoubles(writer: BinaryWriter, field: number, values: readonly number[]): void {
  message(writer, field, () => {
    for (const value of values) writer.double(value);
  });
}

function writeImage(writer: BinaryWriter, { png, width, height }: Content<'image'>): void {
  message(writer, 4, () => {
    integer(writer, 1, height);
    integer(writer, 2, width);
    integer(writer, 3, RGB);
    writer.tag(4, WireType.LengthDelimited).bytes(png);
  });
}

function writeHistogram(writer: BinaryWriter, { buckets }: Content<'histogram'>): void {
  message(writer, 5, () => {
    double(writer, 1, buckets.minimum);
    double(writer, 2, buckets.maximum);
    double(writer, 3, buckets.count);
    double(writer, 4, buckets.sum);
    double(writer, 5, buckets.sumOfSquares);
    packedDoubles(writer, 6, buckets.limits);
    packedDoubles(writer, 7, buckets.counts);
  });
}

/** A string tensor [1] for the text plugin. */
function writeText(writer: BinaryWriter, { markdown }: Content<'text'>): void {
  message(writer, 8, () => {
    integer(writer, 1, STRING_TYPE);
    message(writer, 2, () => message(writer, 2, () => integer(writer, 1, 1)));
    text(writer, 8, markdown);
  });
  message(writer, 9, () => message(writer, 1, () => text(writer, 1, 'text')));
}

function writeSummary(writer: BinaryWriter, content: Exclude<EventContent, Content<'file version' | 'session start'>>): void {
  message(writer, 5, () =>
    message(writer, 1, () => {
      text(writer, 1, content.tag);
      if (content.kind === 'scalar') writer.tag(2, WireType.Bit32).float(content.value);
      else if (content.kind === 'image') writeImage(writer, content);
      else if (content.kind === 'histogram') writeHistogram(writer, content);
      else writeText(writer, content);
    }),
  );
}

/** The bytes of one Event message; `wallTime` in seconds since 1970. */
export function eventMessage(wallTime: number, step: number, content: EventContent): Uint8Array {
  const writer = new BinaryWriter();
  double(writer, 1, wallTime);
  integer(writer, 2, step);
  if (content.kind === 'file version') text(writer, 3, FILE_VERSION);
  else if (content.kind === 'session start') message(writer, 7, () => integer(writer, 1, SESSION_START));
  else writeSummary(writer, content);
  return writer.finish();
}
