/** Networks that look at faces: identity, 3DMM coefficients, head pose, and the face models behind them. */
import type { WeightsEntry } from '../weights-entry.ts';
import { driveAddress, drivePage } from './drive-address.ts';
import { APACHE, AS_CODE, LP300W, MIT, MS_CELEB, NOT_STATED } from './terms.ts';

const INSIGHTFACE = 'https://github.com/TreB1eN/InsightFace_Pytorch';
const HOPENET = 'https://github.com/natanielruiz/deep-head-pose';
const DECA_LICENCE = { terms: 'non-commercial scientific research', url: 'https://github.com/YadiraF/DECA/blob/master/LICENSE' };

const IDENTITY: readonly WeightsEntry[] = [
  {
    name: 'arcface-irse50',
    kind: 'arcface-irse50',
    purpose: 'identity, 512 numbers from 112x112: the identity loss of pSp and e4e',
    file: 'model_ir_se50.pth',
    page: drivePage('1KW7bjndL3QG3sxBbZxreGHigcCCpsDgn'),
    urls: [driveAddress('1KW7bjndL3QG3sxBbZxreGHigcCCpsDgn')],
    licence: { code: { ...MIT, url: INSIGHTFACE }, weights: NOT_STATED, data: MS_CELEB },
  },
  {
    name: 'mobilefacenet-foamliu',
    kind: 'mobilefacenet',
    purpose: 'identity, 128 numbers from 112x112; small',
    file: 'mobilefacenet.pt',
    page: 'https://github.com/foamliu/MobileFaceNet',
    urls: ['https://github.com/foamliu/MobileFaceNet/releases/download/v1.0/mobilefacenet.pt'],
    bytes: 4_135_271,
    sha256: '90a00ba1d8b0b688af3deb731ed53dca582e6106805d1bc3cfdef55f570493f4',
    licence: { code: APACHE, weights: AS_CODE, data: MS_CELEB },
  },
  {
    name: 'sface',
    kind: 'sface',
    purpose: 'identity, 128 numbers from 112x112; measures, and is used by no training of ours',
    file: 'face_recognition_sface_2021dec.onnx',
    page: 'https://github.com/opencv/opencv_zoo/tree/main/models/face_recognition_sface',
    urls: ['https://github.com/opencv/opencv_zoo/raw/main/models/face_recognition_sface/face_recognition_sface_2021dec.onnx'],
    bytes: 38_696_353,
    sha256: '0ba9fbfa01b5270c96627c4ef784da859931e02f04419c829e83484087c34e79',
    licence: { code: APACHE, weights: APACHE, data: NOT_STATED },
  },
];

const COEFFICIENTS: readonly WeightsEntry[] = [
  {
    name: '3ddfa-v2-mb05',
    kind: '3ddfa-v2',
    purpose: '3DMM coefficients (12 pose, 40 shape, 10 expression) from 120x120; the small one',
    file: 'mb05_120x120.pth',
    page: 'https://github.com/cleardusk/3DDFA_V2',
    urls: ['https://github.com/cleardusk/3DDFA_V2/raw/master/weights/mb05_120x120.pth'],
    licence: { code: MIT, weights: { terms: 'MIT by its repository; the coefficients live in the BFM basis, which is academic only' }, data: LP300W },
  },
  {
    name: '3ddfa-v2-mb1',
    kind: '3ddfa-v2',
    purpose: '3DMM coefficients (12 pose, 40 shape, 10 expression) from 120x120',
    file: 'mb1_120x120.pth',
    page: 'https://github.com/cleardusk/3DDFA_V2',
    urls: ['https://github.com/cleardusk/3DDFA_V2/raw/master/weights/mb1_120x120.pth'],
    licence: { code: MIT, weights: { terms: 'MIT by its repository; the coefficients live in the BFM basis, which is academic only' }, data: LP300W },
  },
  {
    name: 'deca',
    kind: 'deca',
    purpose: 'FLAME coefficients (100 shape, 50 expression, pose, camera, light) from 224x224',
    file: 'deca_model.tar',
    page: drivePage('1rp8kdyLPvErw2dTmqtjISRVvQLj6Yzje'),
    urls: [driveAddress('1rp8kdyLPvErw2dTmqtjISRVvQLj6Yzje')],
    licence: { code: DECA_LICENCE, weights: DECA_LICENCE, data: { terms: 'VGGFace2, BUPT-Balancedface and VoxCeleb2, each with its own terms' } },
  },
  {
    name: 'deep3d',
    kind: 'deep3d',
    purpose: 'BFM coefficients (80 identity, 64 expression, 80 texture, pose, light) from 224x224',
    file: 'epoch_20.pth',
    page: 'https://github.com/sicxu/Deep3DFaceRecon_pytorch',
    byHand: 'The file lies in a folder of Google Drive that the README links.',
    licence: { code: MIT, weights: NOT_STATED, data: { terms: 'CelebA, LFW, 300W-LP, IJB-A, LS3D-W and FFHQ, each with its own terms' } },
  },
  {
    name: 'flame-2020',
    kind: 'flame',
    purpose: 'the FLAME head model: 5023 vertices, shape, expression, joints, skinning weights',
    file: 'generic_model.pkl',
    page: 'https://flame.is.tue.mpg.de/',
    byHand: 'Register, accept the terms, download FLAME 2020 and unpack it.',
    licence: { code: { terms: 'none: data' }, weights: { terms: 'as accepted at registration', url: 'https://flame.is.tue.mpg.de/' }, data: NOT_STATED },
  },
  {
    name: 'bfm-2009',
    kind: 'bfm',
    purpose: 'the Basel Face Model: shape and texture bases behind Deep3D and 3DDFA',
    file: '01_MorphableModel.mat',
    page: 'https://faces.dmi.unibas.ch/bfm/',
    byHand: 'Ask for it with the form on the page.',
    licence: { code: { terms: 'none: data' }, weights: { terms: 'non-commercial research, as accepted with the form', url: 'https://faces.dmi.unibas.ch/bfm/' }, data: NOT_STATED },
  },
];

const POSE: readonly WeightsEntry[] = [
  ...([
    ['hopenet-alpha1', '1EJPu2sOAwrfuamTitTkw2xJ2ipmMsmD3', '300W-LP, alpha 1'],
    ['hopenet-alpha2', '16OZdRULgUpceMKZV6U9PNFiigfjezsCY', '300W-LP, alpha 2'],
    ['hopenet-robust-alpha1', '1m25PrSE7g9D2q2XJVMR6IA7RaCvWSzCR', '300W-LP, alpha 1, robust to image quality'],
  ] as const).map(([name, id, trained]) => ({
    name,
    kind: 'hopenet',
    purpose: `head pose by bins of 3 degrees from 224x224 (${trained})`,
    file: `${name.replaceAll('-', '_')}.pkl`,
    page: drivePage(id),
    urls: [driveAddress(id)],
    licence: { code: { ...APACHE, url: HOPENET }, weights: NOT_STATED, data: LP300W },
  })),
  {
    name: '6drepnet',
    kind: '6drepnet',
    purpose: 'head pose as a rotation matrix from 224x224',
    file: '6DRepNet_300W_LP_AFLW2000.pth',
    page: 'https://github.com/thohemp/6DRepNet',
    urls: ['https://cloud.ovgu.de/s/Q67RnLDy6JKLRWm/download/6DRepNet_300W_LP_AFLW2000.pth'],
    licence: { code: MIT, weights: NOT_STATED, data: LP300W },
  },
];

export const FACE_NETWORKS: readonly WeightsEntry[] = [...IDENTITY, ...COEFFICIENTS, ...POSE];
