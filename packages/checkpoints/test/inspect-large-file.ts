/**
 * A process of its own for bounded-memory.test.ts: opens a file, reads half a gigabyte of it piece by piece, and tells how far its memory grew.
 *
 * inspect-large-file.ts PATH
 */
import { open } from 'node:fs/promises';
import { inspectPickles, openCheckpoint } from '../src/index.ts';

const KILOBYTES_PER_MB = 1024;
const MB = 2 ** 20;
/** More than the memory may grow; all of a gigabyte would take long on a slow disk. */
const ENOUGH_BYTES = 512 * MB;

const [path] = process.argv.slice(2) as [string];
const before = process.memoryUsage().rss / MB;
const handle = await open(path);
const { format, tensors } = await openCheckpoint(handle);
await inspectPickles(handle);
let bytes = 0;
for (const tensor of tensors.values()) {
  for await (const piece of tensor.chunks()) {
    bytes += piece.byteLength;
    if (bytes >= ENOUGH_BYTES) break;
  }
}
await handle.close();
const grownMb = process.resourceUsage().maxRSS / KILOBYTES_PER_MB - before;
process.stdout.write(JSON.stringify({ format, count: tensors.size, bytes, grownMb }));
