/** Generators and the encoders that feed them. Addresses are those that each project's README gives. */
import type { WeightsEntry } from '../weights-entry.ts';
import { driveAddress, drivePage } from './drive-address.ts';
import { CONTAINS_NVIDIA, FFHQ, MIT, NVIDIA_STYLEGAN2 } from './terms.ts';

const NVIDIA = 'https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained';
const PSP = 'https://github.com/eladrich/pixel2style2pixel';
const E4E = 'https://github.com/omertov/encoder4editing';
/** rosinality's README names no licence of its own code; its model code comes from NVIDIA's repository. */
const ROSINALITY = { terms: 'parts under the Nvidia Source Code License, as its README says', url: 'https://github.com/rosinality/stylegan2-pytorch#license' };

export const GENERATORS: readonly WeightsEntry[] = [
  {
    name: 'stylegan2-ffhq-1024',
    kind: 'stylegan2',
    purpose: 'StyleGAN2 config F, faces at 1024x1024: G, D and the average generator',
    file: 'ffhq.pkl',
    page: 'https://github.com/NVlabs/stylegan2-ada-pytorch',
    urls: [`${NVIDIA}/ffhq.pkl`],
    licence: { code: NVIDIA_STYLEGAN2, weights: NVIDIA_STYLEGAN2, data: FFHQ },
  },
  {
    name: 'stylegan2-ffhq-256',
    kind: 'stylegan2',
    purpose: 'StyleGAN2 at 256x256, trained as a baseline of the ADA paper (mirrored data, no augmentation)',
    file: 'ffhq-res256-mirror-paper256-noaug.pkl',
    page: 'https://github.com/NVlabs/stylegan2-ada-pytorch',
    urls: [`${NVIDIA}/transfer-learning-source-nets/ffhq-res256-mirror-paper256-noaug.pkl`],
    licence: { code: NVIDIA_STYLEGAN2, weights: NVIDIA_STYLEGAN2, data: FFHQ },
  },
  {
    name: 'stylegan2-ffhq-1024-rosinality',
    kind: 'stylegan2',
    purpose: 'the average generator of StyleGAN2-FFHQ at 1024x1024 in rosinality\'s format, as pSp and e4e offer it',
    file: 'stylegan2-ffhq-config-f.pt',
    page: drivePage('1EM87UquaoQmk17Q8d5kYIAHqu0dkYqdT'),
    urls: [driveAddress('1EM87UquaoQmk17Q8d5kYIAHqu0dkYqdT')],
    licence: { code: ROSINALITY, weights: CONTAINS_NVIDIA, data: FFHQ },
  },
  {
    name: 'psp-ffhq-encode',
    kind: 'psp',
    purpose: 'pSp for inversion: photo 256x256 to W+; holds encoder, decoder and the average latent',
    file: 'psp_ffhq_encode.pt',
    page: drivePage('1bMTNWkh5LArlaWSc_wa8VKyq2V42T2z0'),
    urls: [driveAddress('1bMTNWkh5LArlaWSc_wa8VKyq2V42T2z0')],
    licence: { code: { ...MIT, url: PSP }, weights: CONTAINS_NVIDIA, data: FFHQ },
  },
  {
    name: 'e4e-ffhq-encode',
    kind: 'e4e',
    purpose: 'e4e for editable inversion: photo 256x256 to W+; holds encoder, decoder and the average latent',
    file: 'e4e_ffhq_encode.pt',
    page: drivePage('1cUv_reLE6k3604or78EranS7XzuVMWeO'),
    urls: [driveAddress('1cUv_reLE6k3604or78EranS7XzuVMWeO')],
    licence: { code: { ...MIT, url: E4E }, weights: CONTAINS_NVIDIA, data: FFHQ },
  },
];
