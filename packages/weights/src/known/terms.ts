/** Terms that several entries share, as their publishers state them. */
import type { WeightsEntry } from '../weights-entry.ts';

type Terms = WeightsEntry['licence']['code'];

export const APACHE: Terms = { terms: 'Apache-2.0' };
export const MIT: Terms = { terms: 'MIT' };
/** Where a repository carries the file and states one licence for all. */
export const AS_CODE: Terms = { terms: 'no separate statement; the licence of the repository' };
export const NOT_STATED: Terms = { terms: 'not stated by the project' };

export const NVIDIA_STYLEGAN2: Terms = {
  terms: 'Nvidia Source Code License: research and evaluation only, not commercial',
  url: 'https://nvlabs.github.io/stylegan2-ada-pytorch/license.html',
};
/** A file that contains a generator that NVIDIA trained. */
export const CONTAINS_NVIDIA: Terms = {
  terms: 'no separate statement; it contains NVIDIA\'s StyleGAN2-FFHQ generator, whose Nvidia Source Code License is not commercial',
  url: 'https://nvlabs.github.io/stylegan2-ada-pytorch/license.html',
};
export const FFHQ: Terms = {
  terms: 'FFHQ: dataset CC BY-NC-SA 4.0, each photo under its own licence; not for developing face recognition',
  url: 'https://github.com/NVlabs/ffhq-dataset',
};
export const MS_CELEB: Terms = { terms: 'a refined MS-Celeb-1M: photos of celebrities from the web; Microsoft withdrew the dataset in 2019' };
export const IMAGENET: Terms = { terms: 'ImageNet: for non-commercial research and education', url: 'https://www.image-net.org/download.php' };
export const LP300W: Terms = { terms: '300W-LP: offered by its authors for research', url: 'http://www.cbsr.ia.ac.cn/users/xiangyuzhu/projects/3DDFA/main.htm' };
export const TORCHVISION: Terms = {
  terms: 'no separate statement; torchvision says that its weights may have terms that come from their training data',
  url: 'https://github.com/pytorch/vision#pre-trained-model-license',
};
