/** Random weights under the PyTorch names of the feature networks, for tests without their files. */
import type { HostTensor } from '@mfim/tensor-contracts';
import { SQUEEZE_NET_WIDTHS, seededNormal } from '../../src/index.ts';
import type { WeightState } from '../../src/index.ts';

type Shapes = readonly (readonly [name: string, shape: readonly number[]])[];

const convolution = (name: string, shape: readonly number[]): Shapes => [
  [`${name}.weight`, shape],
  [`${name}.bias`, [shape[0] as number]],
];
const norm = (name: string, channels: number): Shapes =>
  ['weight', 'bias', 'running_mean', 'running_var'].map((part) => [`${name}.${part}`, [channels]]);

/** Kernels ~ He, variances 1, everything else small. */
function fill(shapes: Shapes, seed: number): WeightState {
  const normal = seededNormal(seed);
  const tensors = shapes.map(([name, shape]): [string, HostTensor] => {
    const size = shape.reduce((product, side) => product * side, 1);
    const scale = shape.length === 4 ? Math.sqrt(2 / (size / (shape[0] as number))) : 0.1;
    const start = /running_var|bn\d?\.weight|\.1\.weight|\.3\.weight/.test(name) && shape.length === 1 ? 1 : 0;
    const data = normal(size).map((value) => start + (start === 1 ? 0.1 * Math.tanh(value) : value * scale));
    return [name, { shape, data }];
  });
  return new Map(tensors);
}

/** torchvision's squeezenet1_1 features. */
export function randomSqueezeNetState(seed = 1): WeightState {
  const fires = [
    [3, 64, 16, 64],
    [4, 128, 16, 64],
    [6, 128, 32, 128],
    [7, 256, 32, 128],
    [9, 256, 48, 192],
    [10, 384, 48, 192],
    [11, 384, 64, 256],
    [12, 512, 64, 256],
  ] as const;
  const shapes = fires.flatMap(([index, input, narrow, wide]) => [
    ...convolution(`${index}.squeeze`, [narrow, input, 1, 1]),
    ...convolution(`${index}.expand1x1`, [wide, narrow, 1, 1]),
    ...convolution(`${index}.expand3x3`, [wide, narrow, 3, 3]),
  ]);
  return fill([...convolution('0', [64, 3, 3, 3]), ...shapes], seed);
}

/** LPIPS heads: weights of 0 or more. */
export function randomHeadsState(): WeightState {
  const normal = seededNormal(2);
  return new Map(
    SQUEEZE_NET_WIDTHS.map((width, tap) => [
      `lin${tap}.model.1.weight`,
      { shape: [1, width, 1, 1], data: normal(width).map((value) => Math.abs(value) / width) },
    ]),
  );
}

/** MobileFaceNet. */
export function randomMobileFaceNetState(): WeightState {
  const stages = [
    [2, 64, 64],
    ...Array.from({ length: 4 }, () => [2, 64, 64]),
    [4, 64, 128],
    ...Array.from({ length: 6 }, () => [2, 128, 128]),
    [4, 128, 128],
    ...Array.from({ length: 2 }, () => [2, 128, 128]),
  ] as [number, number, number][];
  const blocks = stages.flatMap(([expansion, input, output], index): Shapes => {
    const [name, wide] = [`features.${index}.conv`, input * expansion];
    return [
      [`${name}.0.0.weight`, [wide, input, 1, 1]],
      ...norm(`${name}.0.1`, wide),
      [`${name}.1.0.weight`, [wide, 1, 3, 3]],
      ...norm(`${name}.1.1`, wide),
      [`${name}.2.weight`, [output, wide, 1, 1]],
      ...norm(`${name}.3`, output),
    ];
  });
  return fill(
    [
      ['conv1.0.weight', [64, 3, 3, 3]],
      ...norm('conv1.1', 64),
      ['dw_conv.depthwise.weight', [64, 1, 3, 3]],
      ...norm('dw_conv.bn1', 64),
      ['dw_conv.pointwise.weight', [64, 64, 1, 1]],
      ...norm('dw_conv.bn2', 64),
      ...blocks,
      ['conv2.0.weight', [512, 128, 1, 1]],
      ...norm('conv2.1', 512),
      ['gdconv.depthwise.weight', [512, 1, 7, 7]],
      ...norm('gdconv.bn', 512),
      ...convolution('conv3', [128, 512, 1, 1]),
      ...norm('bn', 128),
    ],
    3,
  );
}
