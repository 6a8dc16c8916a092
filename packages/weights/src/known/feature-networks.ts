/** Networks whose features are compared: LPIPS (a trunk of torchvision and a head for each), and Inception for FID. */
import type { WeightsEntry } from '../weights-entry.ts';
import { APACHE, AS_CODE, IMAGENET, TORCHVISION } from './terms.ts';

const BSD2 = { terms: 'BSD-2-Clause' };
const BSD3 = { terms: 'BSD-3-Clause', url: 'https://github.com/pytorch/vision/blob/main/LICENSE' };
const BAPPS = { terms: 'BAPPS: human judgements of image similarity, by the authors of LPIPS', url: 'https://github.com/richzhang/PerceptualSimilarity' };

/** [trunk of LPIPS, bytes and sum of the head, file and sum of the trunk] */
const LPIPS = [
  ['alex', 6009, 'df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0', 'alexnet-owt-7be5be79.pth', '7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02'],
  ['vgg', 7289, 'a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868', 'vgg16-397923af.pth', '397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0'],
  ['squeeze', 10_811, '4a5350f23600cb79923ce65bb07cbf57dca461329894153e05a1346bd531cf76', 'squeezenet1_1-b8a52dc0.pth', 'b8a52dc049b60e4b6ab68ad0df457362afab8b6304b2febdc1650a5dab4d7e7b'],
] as const;

const PERCEPTUAL: readonly WeightsEntry[] = LPIPS.flatMap(([trunk, bytes, sha256, trunkFile, trunkSum]) => [
  {
    name: `lpips-${trunk}`,
    kind: `lpips-${trunk}`,
    purpose: `the learned head of LPIPS 0.1 over ${trunk}; the trunk is lpips-${trunk}-trunk`,
    file: `${trunk}.pth`,
    page: 'https://github.com/richzhang/PerceptualSimilarity',
    urls: [`https://github.com/richzhang/PerceptualSimilarity/raw/master/lpips/weights/v0.1/${trunk}.pth`],
    bytes,
    sha256,
    licence: { code: BSD2, weights: AS_CODE, data: BAPPS },
  },
  {
    name: `lpips-${trunk}-trunk`,
    kind: `lpips-${trunk}`,
    purpose: `the ImageNet network under LPIPS-${trunk}, by torchvision`,
    file: trunkFile,
    page: 'https://github.com/pytorch/vision',
    urls: [`https://download.pytorch.org/models/${trunkFile}`],
    sha256: trunkSum,
    licence: { code: BSD3, weights: TORCHVISION, data: IMAGENET },
  },
]);

export const FEATURE_NETWORKS: readonly WeightsEntry[] = [
  ...PERCEPTUAL,
  {
    name: 'resnet50-imagenet',
    kind: 'torchvision-resnet50',
    purpose: 'ResNet-50 by torchvision: where DECA\'s and Deep3D\'s regressors and HopeNet begin',
    file: 'resnet50-0676ba61.pth',
    page: 'https://github.com/pytorch/vision',
    urls: ['https://download.pytorch.org/models/resnet50-0676ba61.pth'],
    bytes: 102_530_333,
    sha256: '0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a',
    licence: { code: BSD3, weights: TORCHVISION, data: IMAGENET },
  },
  {
    name: 'inception-fid',
    kind: 'inception-fid',
    purpose: 'Inception of 2015-12-05, ported from TensorFlow: the features of FID (pytorch-fid, torch-fidelity)',
    file: 'pt_inception-2015-12-05-6726825d.pth',
    page: 'https://github.com/mseitzer/pytorch-fid',
    urls: ['https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/pt_inception-2015-12-05-6726825d.pth'],
    bytes: 95_628_359,
    sha256: '6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2',
    licence: { code: APACHE, weights: AS_CODE, data: IMAGENET },
  },
];
