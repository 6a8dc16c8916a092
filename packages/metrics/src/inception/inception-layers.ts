/**
 * The layers of Inception v3 (Szegedy et al. 2015) as data, under torchvision's names, with what the network of the Frechet distance
 * has otherwise: average poolings that leave the padding out, and a maximum in the last block.
 */

/** A convolution, its normalisation and ReLU. At stride 1 it keeps the size unless `valid`; at stride 2 nothing is padded. */
export interface InceptionConvolution {
  readonly name: string;
  readonly channels: number;
  readonly kernel: readonly [height: number, width: number];
  readonly stride?: 2;
  readonly valid?: true;
}

/** Pooling 3x3: `average` and `maximum` keep the size, `halve` is a maximum of stride 2. */
export type InceptionPooling = 'average' | 'maximum' | 'halve';

/** What happens to a map; a list of convolutions stands side by side, their results joined. */
export type InceptionStep = InceptionConvolution | InceptionPooling | readonly InceptionConvolution[];

/** Branches side by side, their results joined. */
export type InceptionBlock = readonly (readonly InceptionStep[])[];

type Kernel = readonly [number, number];
const POINT: Kernel = [1, 1];
const THREE: Kernel = [3, 3];
const FIVE: Kernel = [5, 5];
const THREE_WIDE: Kernel = [1, 3];
const THREE_HIGH: Kernel = [3, 1];
const SEVEN_WIDE: Kernel = [1, 7];
const SEVEN_HIGH: Kernel = [7, 1];

const conv = (name: string, channels: number, kernel: Kernel): InceptionConvolution => ({ name, channels, kernel });
const half = (name: string, channels: number): InceptionConvolution => ({ name, channels, kernel: THREE, stride: 2 });

function blockA(pooled: number): InceptionBlock {
  return [
    [conv('branch1x1', 64, POINT)],
    [conv('branch5x5_1', 48, POINT), conv('branch5x5_2', 64, FIVE)],
    [conv('branch3x3dbl_1', 64, POINT), conv('branch3x3dbl_2', 96, THREE), conv('branch3x3dbl_3', 96, THREE)],
    ['average', conv('branch_pool', pooled, POINT)],
  ];
}

const BLOCK_B: InceptionBlock = [
  [half('branch3x3', 384)],
  [conv('branch3x3dbl_1', 64, POINT), conv('branch3x3dbl_2', 96, THREE), half('branch3x3dbl_3', 96)],
  ['halve'],
];

function blockC(inner: number): InceptionBlock {
  return [
    [conv('branch1x1', 192, POINT)],
    [conv('branch7x7_1', inner, POINT), conv('branch7x7_2', inner, SEVEN_WIDE), conv('branch7x7_3', 192, SEVEN_HIGH)],
    [
      conv('branch7x7dbl_1', inner, POINT),
      conv('branch7x7dbl_2', inner, SEVEN_HIGH),
      conv('branch7x7dbl_3', inner, SEVEN_WIDE),
      conv('branch7x7dbl_4', inner, SEVEN_HIGH),
      conv('branch7x7dbl_5', 192, SEVEN_WIDE),
    ],
    ['average', conv('branch_pool', 192, POINT)],
  ];
}

const BLOCK_D: InceptionBlock = [
  [conv('branch3x3_1', 192, POINT), half('branch3x3_2', 320)],
  [conv('branch7x7x3_1', 192, POINT), conv('branch7x7x3_2', 192, SEVEN_WIDE), conv('branch7x7x3_3', 192, SEVEN_HIGH), half('branch7x7x3_4', 192)],
  ['halve'],
];

function blockE(pooling: InceptionPooling): InceptionBlock {
  const pair = (name: string): InceptionStep => [conv(`${name}a`, 384, THREE_WIDE), conv(`${name}b`, 384, THREE_HIGH)];
  return [
    [conv('branch1x1', 320, POINT)],
    [conv('branch3x3_1', 384, POINT), pair('branch3x3_2')],
    [conv('branch3x3dbl_1', 448, POINT), conv('branch3x3dbl_2', 384, THREE), pair('branch3x3dbl_3')],
    [pooling, conv('branch_pool', 192, POINT)],
  ];
}

/** Before the blocks. */
export const INCEPTION_STEM: readonly InceptionStep[] = [
  half('Conv2d_1a_3x3', 32),
  { ...conv('Conv2d_2a_3x3', 32, THREE), valid: true },
  conv('Conv2d_2b_3x3', 64, THREE),
  'halve',
  conv('Conv2d_3b_1x1', 80, POINT),
  { ...conv('Conv2d_4a_3x3', 192, THREE), valid: true },
  'halve',
];

/** The blocks in their order. */
export const INCEPTION_BLOCKS: Readonly<Record<string, InceptionBlock>> = {
  Mixed_5b: blockA(32),
  Mixed_5c: blockA(64),
  Mixed_5d: blockA(64),
  Mixed_6a: BLOCK_B,
  Mixed_6b: blockC(128),
  Mixed_6c: blockC(160),
  Mixed_6d: blockC(160),
  Mixed_6e: blockC(192),
  Mixed_7a: BLOCK_D,
  Mixed_7b: blockE('average'),
  Mixed_7c: blockE('maximum'),
};
