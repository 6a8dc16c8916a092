/** Finds every pickle of a file, whatever the format around it, and reports on them. */
import { InputError } from '@mfim/tensor-contracts';
import { detectRegion } from '../detect-format.ts';
import { readNpyContent } from '../numpy/read-npy.ts';
import { pickleBudget } from '../pickle/opcode-stream.ts';
import { unpickle } from '../pickle/unpickle.ts';
import { LEGACY_START } from '../pytorch/read-legacy.ts';
import { openSource, readFrom } from '../reading/byte-source.ts';
import type { ByteInput } from '../reading/byte-source.ts';
import { SourceRegion } from '../reading/region.ts';
import type { Reading, Region } from '../reading/region.ts';
import { openZip } from '../zip/zip-archive.ts';
import type { PickleReport } from './pickle-report.ts';
import { ReportRules } from './report-rules.ts';

/** Magic number, protocol, machine, object, storage keys. */
const LEGACY_PICKLES = 5;
const MAXIMUM_EMBEDDED = 100_000;
const MAXIMUM_ZIP_BYTES = 2 ** 34;
const OBJECTS = /^O/;

/** Follows pickles until the first that is damaged; what was seen until then is kept. */
class Inspection {
  readonly rules = new ReportRules();
  readonly #budget = pickleBudget();

  *follow(region: Region, pickles: number, position = 0): Reading<void> {
    let next = position;
    try {
      for (let index = 0; index < pickles; index += 1) {
        this.rules.pickles += 1;
        next = (yield* unpickle(region, next, { rules: this.rules, budget: this.#budget })).end;
      }
      if (pickles === 1 && next < region.size) this.rules.find('damage', `is followed by ${region.size - next} bytes`);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.rules.find('damage', `cannot be followed to its end: ${error.message}`);
    }
  }

  /** A file inside a byte string: legacy as a rule, but anything could be there. */
  *embedded(): Reading<void> {
    for (let index = 0; index < this.rules.embedded.length && index < MAXIMUM_EMBEDDED; index += 1) {
      const region = this.rules.embedded[index] as Region;
      const head = yield* region.read(0, Math.min(region.size, LEGACY_START.length));
      const isLegacy = LEGACY_START.every((byte, at) => head[at] === byte);
      yield* this.follow(region, isLegacy ? LEGACY_PICKLES : 1);
    }
  }

  /** A NumPy file holds a pickle where its elements are objects. */
  *numpy(region: Region): Reading<void> {
    const { type, region: content } = yield* readNpyContent(region);
    if (OBJECTS.test(type.kind)) yield* this.follow(content, 1);
  }

  *archive(region: Region): Reading<void> {
    const archive = yield* openZip(region, MAXIMUM_ZIP_BYTES);
    for (const name of archive.entries.keys()) {
      if (name.endsWith('.pkl')) yield* this.follow(yield* archive.open(name), 1);
      else if (name.endsWith('.npy')) yield* this.numpy(yield* archive.open(name));
    }
  }
}

/** Python unpickles whatever starts with an opcode: a file of no known format counts as a pickle when it names anything, or ends as one. */
function* inspectUnknown(region: Region): Reading<PickleReport> {
  const inspection = new Inspection();
  yield* inspection.follow(region, 1);
  yield* inspection.embedded();
  const report = inspection.rules.report();
  const isPickle = report.globals.length > 0 || report.findings.length === 0;
  return isPickle ? report : new Inspection().rules.report();
}

/** The report of a region. */
export function* inspectRegion(region: Region): Reading<PickleReport> {
  const inspection = new Inspection();
  const format = yield* detectRegion(region);
  if (format === 'unknown' || format === 'text') return yield* inspectUnknown(region);
  if (format === 'pickle') yield* inspection.follow(region, 1);
  else if (format === 'pytorch-legacy') yield* inspection.follow(region, LEGACY_PICKLES);
  else if (format === 'npy') yield* inspection.numpy(region);
  else if (format === 'pytorch' || format === 'torchscript' || format === 'npz' || format === 'zip') yield* inspection.archive(region);
  yield* inspection.embedded();
  return inspection.rules.report();
}

/**
 * What the pickles of a file would do in Python. Nothing is executed; a pickle that cannot be followed is reported up to there.
 *
 * @throws InputError when the zip archive around the pickles is damaged.
 */
export async function inspectPickles(input: ByteInput): Promise<PickleReport> {
  const source = await openSource(input);
  return readFrom(source, inspectRegion(new SourceRegion(0, source.size)));
}
