/** A call that was not made, as Python would write it. */
import { BytesSpan, GlobalName, UnmadeCall } from '../pickle/pickle-value.ts';
import type { PickleValue } from '../pickle/pickle-value.ts';

const MAXIMUM_DEPTH = 6;
const MAXIMUM_ITEMS = 8;
const MAXIMUM_STRING = 200;
const MAXIMUM_TEXT = 600;
const MAXIMUM_VALUES = 200;

/** How far a text may still go. */
interface Room {
  readonly depth: number;
  readonly left: { values: number };
}

const deeper = ({ depth, left }: Room): Room => ({ depth: depth + 1, left });

function clip(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most)}...`;
}

function listed(items: readonly PickleValue[], room: Room): string {
  const shown = items.slice(0, MAXIMUM_ITEMS).map((item) => textOf(item, room));
  return [...shown, ...(items.length > MAXIMUM_ITEMS ? [`... ${items.length - MAXIMUM_ITEMS} more`] : [])].join(', ');
}

function dictionaryText(dictionary: ReadonlyMap<PickleValue, PickleValue>, room: Room): string {
  const shown: string[] = [];
  for (const [key, value] of dictionary) {
    if (shown.length === MAXIMUM_ITEMS) return `{${shown.join(', ')}, ... ${dictionary.size - MAXIMUM_ITEMS} more}`;
    shown.push(`${textOf(key, room)}: ${textOf(value, room)}`);
  }
  return `{${shown.join(', ')}}`;
}

function constantText(value: PickleValue): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return JSON.stringify(clip(value, MAXIMUM_STRING));
  if (typeof value === 'number') return String(value);
  if (typeof value === 'bigint') return clip(value.toString(16), MAXIMUM_STRING).replace(/^(-?)/, '$10x');
  if (value instanceof Uint8Array) return `b${JSON.stringify(String.fromCharCode(...value.subarray(0, MAXIMUM_STRING)))}`;
  return value instanceof BytesSpan ? `<${value.region.size} bytes>` : '<object>';
}

function textOf(value: PickleValue, room: Room): string {
  room.left.values -= 1;
  if (room.depth > MAXIMUM_DEPTH || room.left.values < 0) return '...';
  if (value instanceof GlobalName) return value.name;
  if (value instanceof UnmadeCall) return `${textOf(value.callee, deeper(room))}(${parametersText(value.parameters, deeper(room))})`;
  if (Array.isArray(value)) return `(${listed(value, deeper(room))})`;
  return value instanceof Map ? dictionaryText(value, deeper(room)) : constantText(value);
}

function parametersText(parameters: PickleValue, room: Room): string {
  return Array.isArray(parameters) ? listed(parameters, room) : `*${textOf(parameters, room)}`;
}

/** Such as `os.system("echo hello")`; long texts are cut. */
export function callText(call: UnmadeCall): string {
  return clip(textOf(call, { depth: 0, left: { values: MAXIMUM_VALUES } }), MAXIMUM_TEXT);
}
