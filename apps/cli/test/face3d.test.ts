/** `mfim face3d`: overlays, OBJ files, reports and galleries, with a small regressor and a small head. */
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodePhoto } from '@mfim/faces/node';
import { readIct } from '@mfim/losses-3dmm/node';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { PhotoReport3d } from '../src/face3d/face-report.ts';
import { callMfim } from './call-mfim.ts';
import { writePhotoFixtures } from './photo-fixtures.ts';
import type { PhotoFixtures } from './photo-fixtures.ts';
import { EXPRESSIONS, writeFaceModel, writeSmallBasis } from './small-face-model.ts';

// Networks on a busy machine take their time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let folder: string;
let model: string;
let basis: string;
let photos: PhotoFixtures;
let environment: Record<string, string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mfim-face3d-cli-'));
  model = await writeFaceModel(join(folder, 'model'), { expression: [4, 0, 0], identity: [1, -1] });
  basis = await writeSmallBasis(join(folder, 'basis'));
  photos = await writePhotoFixtures(folder);
  environment = { MFIM_CACHE: join(folder, 'cache') };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const call = (...inputs: string[]) => callMfim(['face3d', ...inputs, ...(inputs.includes('--model') ? [] : ['--model', model])], environment);
const withBasis = (...inputs: string[]) => call(...inputs, '--basis', basis);
const decode = async (path: string) => decodePhoto(await readFile(path), path);

async function report(...inputs: string[]): Promise<PhotoReport3d> {
  const { code, stdout, stderr } = await withBasis(...inputs, '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as PhotoReport3d;
}

/** What every refusal has in common; answers its message. */
async function refusal(...inputs: string[]): Promise<string> {
  const before = await readdir(folder);
  const { code, stdout, stderr } = await call(...inputs);
  expect(stderr).toMatch(/^mfim: .+\n$/);
  expect([code, stdout]).toEqual([2, '']);
  expect(await readdir(folder)).toEqual(before);
  return stderr;
}

/** Whether a pixel differs, and the box of those that do: left, top, right, bottom. */
async function changedBox(path: string, drawn: string): Promise<readonly number[]> {
  const [before, after] = [await decode(path), await decode(drawn)];
  expect([after.width, after.height]).toEqual([before.width, before.height]);
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (let pixel = 0; pixel < before.width * before.height; pixel += 1) {
    if ([0, 1, 2].every((channel) => before.data[pixel * before.channels + channel] === after.data[pixel * after.channels + channel])) continue;
    const [x, y] = [pixel % before.width, Math.floor(pixel / before.width)];
    box.splice(0, 4, Math.min(box[0]!, x), Math.min(box[1]!, y), Math.max(box[2]!, x), Math.max(box[3]!, y));
  }
  return box;
}

describe('mfim face3d', () => {
  it('draws the head over the photo, in its size, and leaves the pixels around it alone', async () => {
    const out = join(folder, 'new', 'deep', 'over.png');
    const { code, stdout, stderr } = await withBasis(photos.target, '--out', out);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/over\.png\nface 0 .* confidence 0\.\d+, landmarks expected within .* %.*\n.*yaw .*pitch .*roll .*degrees\n.*jawOpen 0\.8/);
    const { faces: [face] } = await report(photos.target);
    const [left, top, right, bottom] = (await changedBox(photos.target, out)) as [number, number, number, number];
    // The small head is 22 centimetres high and seen by the camera of the report.
    const reach = (face!.camera.focal * 13) / -face!.pose.translation[2]!;
    const [x, y] = face!.camera.centre as [number, number];
    expect([right - left > reach, bottom - top > reach]).toEqual([true, true]);
    for (const [value, middle] of [[left, x], [right, x], [top, y], [bottom, y]] as const) expect(Math.abs(value - middle)).toBeLessThan(1.3 * reach);
    expect(await readdir(join(folder, 'new', 'deep'))).toEqual(['over.png']);
  });

  it('reports pose, camera, confidence, landmarks and coefficients by name', async () => {
    const { faces, doubtful, width, height, model: used } = await report(photos.target);
    expect([width, height, doubtful]).toEqual([256, 256, []]);
    expect(used).toMatchObject({ name: 'same-for-all', coefficientsOf: 'ict-facekit-light', basis: true });
    const [face] = faces;
    expect(face!.identity).toMatchObject({ 'identity-0': expect.closeTo(1, 2), 'identity-1': expect.closeTo(-1, 2) });
    expect(Object.keys(face!.expression)).toEqual(EXPRESSIONS);
    // A number of 4 over a bias of log(1/9): sigmoid.
    expect(face!.expression['jawOpen']).toBeCloseTo(1 / (1 + 9 * Math.exp(-4)), 2);
    expect(face!.confidence).toBeGreaterThan(0.7);
    expect(face!.landmarks).toHaveLength(68);
    expect(face!.pose.convention).toMatch(/yaw above 0 looks to the left/);
    // The regressor says: straight into the camera; so yaw and pitch are 0 and roll is that of the crop.
    expect(Math.abs(face!.pose.yaw)).toBeLessThan(0.5);
    expect(Math.abs(face!.pose.pitch)).toBeLessThan(0.5);
    expect(Math.abs(face!.pose.roll)).toBeLessThan(15);
  });

  it('turns a photo by its EXIF orientation first', async () => {
    const turned = join(folder, 'exif.jpg');
    await sharp({ create: { width: 400, height: 300, channels: 3, background: '#888' } }).composite([{ input: await sharp(photos.target).rotate(-90).toBuffer(), left: 20, top: 20 }]).jpeg().withMetadata({ orientation: 6 }).toFile(turned);
    const out = join(folder, 'exif.png');
    expect((await withBasis(turned, '--out', out)).code).toBe(0);
    expect(await sharp(out).metadata()).toMatchObject({ width: 300, height: 400 });
    const { faces: [face] } = await report(turned);
    expect(Math.abs(face!.pose.roll)).toBeLessThan(20);
  });

  it('draws every face of a photo; --face chooses one', async () => {
    expect((await report(photos.two)).faces.map(({ index }) => index)).toEqual([0, 1]);
    expect((await report(photos.two, '--face', '1')).faces.map(({ index }) => index)).toEqual([1]);
  });

  it('writes the head as OBJ: upright, in centimetres, every vertex in the model\'s order', async () => {
    const file = join(folder, 'head.obj');
    const { code, stdout } = await withBasis(photos.two, '--obj', file, '--face', '1');
    expect([code, stdout.split('\n')[0]]).toEqual([0, file]);
    const lines = (await readFile(file, 'utf8')).split('\n');
    const numbers = (kind: string): number[][] => lines.filter((line) => line.startsWith(`${kind} `)).map((line) => line.slice(kind.length + 1).split(/[ /]/).map(Number));
    const head = await readIct(basis);
    const vertices = numbers('v');
    expect(vertices).toHaveLength(head.basis.mean.length / 3);
    expect(Math.max(...vertices.map(([, y]) => y!))).toBeGreaterThan(10);
    expect(numbers('f')).toHaveLength(head.basis.triangles.length / 3);
    expect(numbers('f').flatMap(([a, , b, , c]) => [a! - 1, b! - 1, c! - 1]).toSorted((a, b) => a - b)).toEqual([...head.basis.triangles].toSorted((a, b) => a - b));
    expect(numbers('vt')).toHaveLength(4);
    expect(lines.filter((line) => line.startsWith('g '))).toEqual(['g back-head', 'g face']);
    expect(lines[0]).toBe('# face 1 of two.jpg');
  });

  it('finds the basis among the weights', async () => {
    for (const [file, name] of [['ict-facekit-light.npz', 'ict-facekit-light'], ['names.json', 'ict-facekit-names'], ['vertex_indices.json', 'ict-facekit-landmarks']] as const) {
      expect((await callMfim(['weights', 'add', join(basis, file), '--name', name], { MFIM_CACHE: join(folder, 'stored') })).code).toBe(0);
    }
    const { stdout, stderr } = await callMfim(['face3d', photos.target, '--json', '--model', model], { MFIM_CACHE: join(folder, 'stored') });
    expect(stderr).toBe('');
    expect((JSON.parse(stdout) as PhotoReport3d).model.basis).toBe(true);
  });

  it('without a basis draws axes and the crop, and says what is missing', async () => {
    const out = join(folder, 'axes.png');
    const { code, stdout, stderr } = await call(photos.target, '--out', out);
    expect(code).toBe(0);
    expect(stderr).toMatch(/no basis: axes and the outline.*ICT-FaceKit.*--basis/);
    expect(stdout).toMatch(/yaw/);
    const [left, , right] = (await changedBox(photos.target, out)) as [number, number, number, number];
    expect(right - left).toBeGreaterThan(50);
    expect(await refusal(photos.target, '--obj', join(folder, 'none.obj'))).toMatch(/--obj: expected a basis, got none/);
  });
});

describe('what mfim face3d refuses', () => {
  it('photos: no face, no picture, no such face, two faces for one OBJ', async () => {
    expect(await refusal(photos.empty)).toMatch(/no-face\.png: expected a face, got none found/);
    expect(await refusal(photos.text)).toMatch(/text\.jpg/);
    expect(await refusal(photos.two, '--face', '5')).toMatch(/one of the faces found: 0 \(.*1 \(.*got face 5/);
    expect(await refusal(photos.two, '--basis', basis, '--obj', join(folder, 'two.obj'))).toMatch(/--obj: expected one face, got 2.*--face: 0, 1/);
  });

  it('faces that were not really seen, unless they are asked for', async () => {
    const doubting = await writeFaceModel(join(folder, 'doubting'), { deviation: 3 });
    expect(await refusal(photos.target, '--model', doubting, '--out', join(folder, 'x.png'))).toMatch(/confidence of 0\.5 or more, got face 0: 0\.\d+, its landmarks are expected to be off by \d+ % of the distance between the eyes; choose a photo .*--least-confidence/);
    expect((await call(photos.target, '--model', doubting, '--least-confidence', '0')).code).toBe(0);
  });

  it('of two faces the one that is doubted, with a line, and draws the other', async () => {
    const seeing = await writeFaceModel(join(folder, 'seeing'), { deviation: 0, seeing: 20 });
    const all = await report(photos.two, '--model', seeing, '--least-confidence', '0');
    const [first, second] = all.faces.map(({ confidence }) => confidence) as [number, number];
    expect(first).not.toBe(second);
    const out = join(folder, 'one.png');
    const { code, stdout, stderr } = await withBasis(photos.two, '--model', seeing, '--json', '--out', out, '--least-confidence', `${(first + second) / 2}`);
    const { faces, doubtful } = JSON.parse(stdout) as PhotoReport3d;
    const left = first < second ? 0 : 1;
    expect([code, faces.map(({ index }) => index), doubtful.map(({ index }) => index)]).toEqual([0, [1 - left], [left]]);
    expect(stderr).toMatch(new RegExp(`^mfim: .*two\\.jpg: face ${left} is left out, confidence 0\\.\\d+, its landmarks .*--least-confidence accepts less\n$`));
    expect(existsSync(out)).toBe(true);
  });

  it('regressors: none, damaged, of another format', async () => {
    expect(await refusal(photos.target, '--model', join(folder, 'nowhere'))).toMatch(/face3d\.json.*no such file/);
    const damaged = join(folder, 'damaged');
    await cp(model, damaged, { recursive: true });
    await writeFile(join(damaged, 'face3d.onnx'), 'no network');
    expect(await refusal(photos.target, '--model', damaged)).toMatch(/face3d\.onnx: expected \d+ bytes with sha256/);
    await writeFile(join(damaged, 'face3d.json'), 'no JSON');
    expect(await refusal(photos.target, '--model', damaged)).toMatch(/expected JSON/);
    await writeFile(join(damaged, 'face3d.json'), '{"format":"other"}');
    expect(await refusal(photos.target, '--model', damaged)).toMatch(/mfim-face3d/);
  });

  it('bases: of another kind, another size, other expressions; a regressor of another model', async () => {
    const other = (name: string, changes: Parameters<typeof writeSmallBasis>[1]) => writeSmallBasis(join(folder, name), changes);
    expect(await refusal(photos.target, '--basis', join(folder, 'nowhere'))).toMatch(/ict-facekit-light\.npz/);
    expect(await refusal(photos.target, '--basis', join(model, 'face3d.onnx'))).toMatch(/no array named neutral/);
    const few = await other('few', { modes: 1 });
    expect(await refusal(photos.target, '--basis', few)).toMatch(/expected 2 identity modes or more.*got 1/);
    const named = await other('named', { expressions: ['jawOpen', 'cheekPuff', 'mouthSmile_R'] });
    expect(await refusal(photos.target, '--basis', named)).toMatch(/expression 1 to be mouthSmile_L.*got cheekPuff/);
    const foreign = await writeFaceModel(join(folder, 'foreign'), {}, { model: 'flame' });
    expect(await refusal(photos.target, '--model', foreign, '--basis', basis)).toMatch(/head model flame.*got ict-facekit-light/);
  });

  it('calls that do not fit together, before any work', async () => {
    expect(await refusal(photos.target, photos.source)).toMatch(/expected one photo, got 2.*--gallery/);
    expect(await refusal(photos.target, '--gallery', join(folder, 'g.html'), '--out', join(folder, 'o.png'))).toMatch(/--out: expected one photo, got a gallery/);
    expect(await refusal(photos.target, '--out', photos.target)).toMatch(/one of the inputs/);
    expect(await refusal(photos.target, '--out', join(folder, 'o.bmp'))).toMatch(/\.png/);
    expect(await refusal(photos.target, '--out', join(folder, 'o.png'), '--obj', join(folder, 'o.png'))).toMatch(/one of the inputs/);
  });
});

describe('mfim face3d --gallery', () => {
  it('is one page that asks for nothing, with every face, and the photos that failed', async () => {
    const shown = join(folder, 'shown');
    await mkdir(shown, { recursive: true });
    await cp(photos.two, join(shown, 'two & <more>.jpg'));
    await cp(photos.empty, join(shown, 'empty.png'));
    await writeFile(join(shown, 'notes.txt'), 'left out');
    const page = join(folder, 'gallery.html');
    const { code, stdout, stderr } = await withBasis(shown, photos.text, '--gallery', page);
    expect([code, stdout]).toEqual([0, `${page}\n`]);
    expect(stderr).toMatch(/1 of 3: empty\.png is not shown: expected a face.*\n.*2 of 3: two & <more>\.jpg, 2 faces\n.*3 of 3: text\.jpg is not shown/);
    const text = await readFile(page, 'utf8');
    expect(text.match(/<article/g)).toHaveLength(2);
    expect(text.match(/<img src="data:image\/webp;base64,/g)).toHaveLength(8);
    expect(text).toContain('two &amp; &lt;more&gt;.jpg');
    expect(text).not.toContain('<more>');
    expect(text).toMatch(/<b>empty\.png<\/b> expected a face, got none found/);
    expect(text).not.toMatch(/https?:\/\/(?!www\.w3\.org)/);
    expect(text).not.toContain(folder);
  });

  it('says what is missing without a basis, and refuses when nothing can be shown', async () => {
    const page = join(folder, 'plain.html');
    expect((await call(photos.target, '--gallery', page, '--json')).code).toBe(0);
    const text = await readFile(page, 'utf8');
    expect(text.match(/<img src="data:/g)).toHaveLength(2);
    expect(text).toMatch(/Heads are not drawn without a basis/);
    const { code, stderr } = await call(photos.empty, '--gallery', join(folder, 'nothing.html'));
    expect([code, existsSync(join(folder, 'nothing.html'))]).toEqual([2, false]);
    expect(stderr).toMatch(/none among 1/);
  });
});
