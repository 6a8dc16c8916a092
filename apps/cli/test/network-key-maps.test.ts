/** Laws of the key maps of imported networks: names and layouts lead there and back. */
import { fromTheirs, mapKeys, toTheirs, unmapKeys } from '@mfim/checkpoints';
import type { KeyMap } from '@mfim/checkpoints';
import { COEFFICIENT_NETWORK_KEY_MAP, DECA_KEY_MAP, DEEP_3D_KEY_MAP, coefficientNetworkSpec, decaSpec, deep3dSpec } from '@mfim/losses-3dmm';
import { HOPE_NET_KEY_MAP, INCEPTION_KEY_MAP, SIX_D_REP_NET_KEY_MAPS, hopeNetSpec, inceptionSpec, sixDRepNetSpec } from '@mfim/metrics';
import { MOBILE_FACE_NET_KEY_MAP, S_FACE_KEY_MAP, flattenSpecs, irSeNetKeyMap, irSeNetSpec, lpipsKeyMaps, lpipsSpec, mobileFaceNetSpec, sFaceSpec } from '@mfim/nn';
import type { SpecTree } from '@mfim/nn';
import type { HostTensor } from '@mfim/tensor-contracts';
import { describe, expect, test } from 'vitest';

/** Every map, and the specification of its network. */
const MAPS: readonly (readonly [name: string, map: KeyMap, spec: SpecTree])[] = [
  ['arcface-irse50', irSeNetKeyMap(), irSeNetSpec()],
  ['mobilefacenet', MOBILE_FACE_NET_KEY_MAP, mobileFaceNetSpec()],
  ['sface', S_FACE_KEY_MAP, sFaceSpec()],
  ['3ddfa-v2', COEFFICIENT_NETWORK_KEY_MAP, coefficientNetworkSpec()],
  ['deca', DECA_KEY_MAP, decaSpec()],
  ['deep3d', DEEP_3D_KEY_MAP, deep3dSpec()],
  ['hopenet', HOPE_NET_KEY_MAP, hopeNetSpec()],
  ['6drepnet, trained', SIX_D_REP_NET_KEY_MAPS.trained, sixDRepNetSpec('trained')],
  ['6drepnet, deployed', SIX_D_REP_NET_KEY_MAPS.deployed, sixDRepNetSpec('deployed')],
  ['inception-fid', INCEPTION_KEY_MAP, inceptionSpec()],
  ...(['alex', 'vgg', 'squeeze'] as const).flatMap((trunk) =>
    lpipsKeyMaps(trunk).map((map) => [`lpips-${trunk}, ${map.origin}`, map, lpipsSpec(trunk)] as const),
  ),
];

/** Layouts do not depend on how wide a network is; a linear layer after 49 pixels keeps a multiple of them. */
const shortened = (length: number): number => (length > 49 ? 49 : Math.min(length, 7));

/** Numbers that all differ. */
function numbered(shape: readonly number[], start: number): HostTensor {
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, data: Float32Array.from({ length: size }, (_, index) => start + index) };
}

const bytesOf = (data: Float32Array = new Float32Array()): Buffer => Buffer.from(data.buffer, data.byteOffset, data.byteLength);

describe.each(MAPS)('%s', (_name, map, spec) => {
  test('law: our names -> theirs -> ours is the identity', () => {
    const names = [...flattenSpecs(spec).keys()];
    const pairs = mapKeys(map, names);
    expect(new Set(pairs.map(({ theirs }) => theirs)).size).toBe(names.length);
    expect(unmapKeys(map, pairs.map(({ theirs }) => theirs))).toEqual(pairs);
  });

  test('law: ours -> their layouts -> ours changes no number', () => {
    const small = new Map([...flattenSpecs(spec)].map(([name, { shape }]) => [name, { shape: shape.map(shortened) }]));
    const weights = new Map([...small].map(([name, { shape }], index) => [name, numbered(shape, index)]));
    const { tensors, report } = fromTheirs(toTheirs(weights, map), map, small);
    expect(report.unexpected).toEqual([]);
    for (const [key, { data, shape }] of weights) {
      const back = tensors.get(key);
      expect([key, back?.shape, Buffer.compare(bytesOf(back?.data), bytesOf(data))]).toEqual([key, shape, 0]);
    }
  });
});
