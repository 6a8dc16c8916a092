/** Networks of the published sizes with random weights, saved by PyTorch as their origins save them: `mfim import` reads them and they compute what they did there. */
import { afterEach, describe, expect, test } from 'vitest';
import { callMfim } from './call-mfim.ts';
import { PATIENCE, expectParity, torch, writeForeignFiles } from './foreign-parity.ts';
import type { ForeignFolder } from './foreign-parity.ts';

const KINDS = ['arcface-irse50', 'lpips-alex', 'lpips-vgg', 'lpips-squeeze', 'inception-fid', 'deca', 'deep3d', 'hopenet', '6drepnet-trained', '6drepnet-deployed'];

describe.skipIf(torch.isMissing)(`import of networks (${torch.title})`, () => {
  let folder: ForeignFolder | undefined;
  afterEach(() => folder?.remove());

  test.each(KINDS)('%s', { timeout: PATIENCE }, async (name) => {
    folder = writeForeignFiles([name]);
    const file = folder.path(`${name}.pt`);
    await expectParity(name.replace(/-(trained|deployed)$/, ''), file, folder.path(`${name}.npz`));
  });

  test("LPIPS from torchvision's trunk and the heads beside it", { timeout: PATIENCE }, async () => {
    folder = writeForeignFiles(['lpips-alex']);
    const [trunk, heads, out] = ['lpips-alex-trunk.pt', 'lpips-alex-heads.pt', 'out.safetensors'].map(folder.path) as [string, string, string];
    const whole = await callMfim(['import', 'lpips-alex', trunk, '--also', heads, '--out', out, '--verify', folder.path('lpips-alex.npz')]);
    expect([whole.code, whole.stderr]).toEqual([0, '']);
    const lone = await callMfim(['import', 'lpips-alex', trunk, '--out', `${out}.lone`]);
    expect(lone.code).toBe(2);
    expect(lone.stderr).toContain('missing lin4.model.1.weight');
    const twice = await callMfim(['import', 'lpips-alex', trunk, '--also', trunk, '--out', `${out}.twice`]);
    expect(twice.stderr).toMatch(/leave --also out/);
  });
});
