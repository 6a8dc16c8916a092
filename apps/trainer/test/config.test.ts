import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { SCHEMAS, publishedSchema } from '../src/config/published-schemas.ts';
import type { SchemaName } from '../src/config/published-schemas.ts';
import { readConfig } from '../src/config/read-config.ts';

const first = path.resolve(import.meta.dirname, '../configs/first-64.yaml');

test('the committed config is valid and can be changed by path', async () => {
  const config = await readConfig(first, ['objective.identity=7', 'batch=4']);
  expect([config.objective.identity, config.batch]).toEqual([7, 4]);
});

test('every committed training config is valid', async () => {
  const wide = await readConfig(path.resolve(import.meta.dirname, '../configs/ffhq-1024.yaml'));
  expect([wide.generator.resolution, wide.split.targetUpTo, wide.batch / wide.parts]).toEqual([1024, 16, 1]);
});

test.each([
  ['an unknown key, naming the nearest', ['objective.lpisp=1'], /'lpisp' is unknown; did you mean 'objective.lpips'/],
  ['an unknown key at the top', ['bach=4'], /did you mean 'batch'/],
  ['parts that do not divide the batch', ['parts=3'], /must divide batch/],
  ['a 3DMM term without its network', ['objective.pose=1'], /shape, pose and expression name either openFace .* or threeDdfa/],
  ['a section that is not there', ['objektive.l1=1'], /section 'objektive'/],
  ['a value of another type', ['batch=many'], /batch/],
  ['a share above 1', ['sameShare=2'], /sameShare/],
  ['a setting without value', ['batch'], /key.inner=value/],
  ['a way into prototypes', ['__proto__.polluted=1'], /section '__proto__'/],
])('refuses %s', async (_, settings, message) => {
  await expect(readConfig(first, settings)).rejects.toThrow(message);
});

test('refuses a file that is absent, broken or no mapping', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'mfim-config-'));
  const write = async (text: string) => {
    const file = path.join(folder, 'config.yaml');
    await writeFile(file, text);
    return file;
  };
  await expect(readConfig(path.join(folder, 'absent.yaml'))).rejects.toThrow(/readable YAML/);
  await expect(readConfig(await write('a: [1'))).rejects.toThrow(/readable YAML/);
  await expect(readConfig(await write('text'))).rejects.toThrow(/YAML mapping/);
});

test.each(Object.keys(SCHEMAS) as SchemaName[])('the published schema of %s is that of the code (mfim-train schema NAME > schemas/NAME.json)', async (name) => {
  expect(await readFile(path.resolve(import.meta.dirname, `../schemas/${name}.json`), 'utf8')).toBe(publishedSchema(name));
});
