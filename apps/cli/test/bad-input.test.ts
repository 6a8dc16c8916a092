/** Bad input: exit code 2, one message that says what to do, and no output file. */
import { cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { callMfim } from './call-mfim.ts';
import { writePhotoFixtures } from './photo-fixtures.ts';
import type { PhotoFixtures } from './photo-fixtures.ts';
import { writeTinyBundle } from './tiny-bundle.ts';

// Whole swaps: a busy machine takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
let model: string;
let photos: PhotoFixtures;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mfim-bad-input-'));
  model = join(folder, 'model');
  await writeTinyBundle(model);
  photos = await writePhotoFixtures(folder);
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Calls, and checks what every refusal has in common; answers its message. */
async function refusal(inputs: readonly string[]): Promise<string> {
  const before = await readdir(folder);
  const { code, stdout, stderr } = await callMfim(inputs);
  expect(stderr).toMatch(/^mfim: .+\n$/);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(await readdir(folder)).toEqual(before);
  return stderr;
}

function swapOf(overrides: Partial<Record<'source' | 'target' | 'model' | 'out', string>>, ...rest: string[]): string[] {
  const flags = { source: photos.source, target: photos.target, model, out: join(folder, 'out.png'), ...overrides };
  return ['swap', ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]), ...rest];
}

function mix(...rest: string[]): string[] {
  const { target, source, two } = photos;
  const call = ['mix', '--target', target, '--source', source, '--source', two, '--model', model];
  return [...call, '--out', join(folder, 'out.png'), ...rest];
}

async function changedModel(name: string, change: (copy: string) => Promise<void>): Promise<string> {
  const copy = join(folder, name);
  await cp(model, copy, { recursive: true });
  await change(copy);
  return copy;
}

async function changeManifest(copy: string, change: (manifest: Record<string, unknown>) => void): Promise<void> {
  const path = join(copy, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  change(manifest);
  await writeFile(path, JSON.stringify(manifest));
}

describe('photos', () => {
  it('refuses a target without a face', async () => {
    expect(await refusal(swapOf({ target: photos.empty }))).toMatch(/target.*face.*choose a photo/);
  });

  it('refuses a source without a face', async () => {
    expect(await refusal(swapOf({ source: photos.empty }))).toMatch(/source.*face.*choose a photo/);
  });

  it('refuses a face number that is not there, and names those that are', async () => {
    expect(await refusal(swapOf({ target: photos.two }, '--face', '7'))).toMatch(/0 \(.*1 \(.*got face 7/);
  });

  it('refuses a text file named .jpg', async () => {
    expect(await refusal(swapOf({ target: photos.text }))).toMatch(/text\.jpg.*;/);
  });

  it('refuses a truncated JPEG', async () => {
    expect(await refusal(swapOf({ source: photos.truncated }))).toMatch(/truncated\.jpg.*;/);
  });

  it('refuses a PNG of 30,000 x 30,000 before decoding it', async () => {
    expect(await refusal(swapOf({ target: photos.huge }))).toMatch(/huge\.png.*pixels/);
  });

  it('refuses a photo that does not exist', async () => {
    expect(await refusal(swapOf({ target: join(folder, 'absent.jpg') }))).toMatch(/--target .*absent\.jpg.*no such file/);
  });
});

describe('bundles', () => {
  it('refuses a file with a wrong sha256', async () => {
    const damaged = await changedModel('damaged', async (copy) => {
      const path = join(copy, 'encoder.onnx');
      const bytes = await readFile(path);
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
      await writeFile(path, bytes);
    });
    expect(await refusal(swapOf({ model: damaged }))).toMatch(/encoder\.onnx.*sha256.*again/);
  });

  it('refuses a bundle that lacks a file', async () => {
    const incomplete = await changedModel('incomplete', (copy) => rm(join(copy, 'generator-64.onnx')));
    expect(await refusal(swapOf({ model: incomplete }))).toMatch(/generator-64\.onnx.*none/);
  });

  it('refuses a manifest from a newer version', async () => {
    const newer = await changedModel('newer', (copy) => changeManifest(copy, (manifest) => (manifest['version'] = 99)));
    expect(await refusal(swapOf({ model: newer }))).toMatch(/version 99.*update mfim/);
  });

  it('refuses a folder without a manifest', async () => {
    expect(await refusal(swapOf({ model: join(folder, 'nowhere') }))).toMatch(/manifest\.json/);
  });
});

describe('calls', () => {
  it('refuses a weight that is not a number', async () => {
    expect(await refusal(mix('--weights', '0.5,abc'))).toMatch(/weight 2/);
  });

  it.each(['NaN,1', '0.5,', '-1,2', 'Infinity,1', '0,0'])('refuses the weights %s', async (weights) => {
    expect(await refusal(mix(`--weights=${weights}`))).toMatch(/weight/);
  });

  it('refuses fewer weights than sources', async () => {
    expect(await refusal(mix('--weights', '1'))).toMatch(/2 weights/);
  });

  it('refuses an unknown preset, and names those there are', async () => {
    expect(await refusal(mix('--preset', 'globel'))).toMatch(/average.*global\+local/);
  });

  it('refuses two ways to mix at once', async () => {
    expect(await refusal(mix('--preset', 'average', '--weights', '1,1'))).toMatch(/--weights and --preset/);
  });

  it('refuses a recipe that is no recipe', async () => {
    expect(await refusal(mix('--recipe', photos.text))).toMatch(/recipe/);
  });

  it('refuses an unknown flag and says what was meant', async () => {
    expect(await refusal(swapOf({}, '--repport', 'r.json'))).toMatch(/report/);
  });

  it('refuses an unknown command', async () => {
    expect(await refusal(['swop'])).toMatch(/swap/);
  });

  it('refuses an output whose format it does not write', async () => {
    expect(await refusal(swapOf({ out: join(folder, 'out.gif') }))).toMatch(/\.png/);
  });

  it('never overwrites an input', async () => {
    expect(await refusal(swapOf({ out: photos.target }))).toMatch(/input/);
  });
});
