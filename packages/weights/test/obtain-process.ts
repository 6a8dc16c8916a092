/** A process of its own that obtains weights: `obtain-process.ts CACHE MANIFEST`. */
import { readFile } from 'node:fs/promises';
import { acceptLicence } from '../src/store/licence-consent.ts';
import { obtainWeights } from '../src/obtain-weights.ts';
import { openStore } from '../src/store/weight-store.ts';
import { parseManifest } from '../src/weights-entry.ts';

const [cache = '', manifest = ''] = process.argv.slice(2);
const store = await openStore(cache);
const [entry] = parseManifest(await readFile(manifest, 'utf8'), manifest);
if (entry === undefined) throw new Error('an empty manifest');
await acceptLicence(store, entry);
const { wasCached, version } = await obtainWeights(store, entry, { say: (line) => process.stdout.write(`${line}\n`) });
process.stdout.write(`${JSON.stringify({ wasCached, sha256: version.sha256 })}\n`);
