export { converse } from './converse.ts';
export type { Answer, Conversation, Speaker } from './converse.ts';
export { WITHOUT_TORCH, findTorch } from './find-torch.ts';
export type { TorchPython, TorchSearch } from './find-torch.ts';
export { median } from './median.ts';
