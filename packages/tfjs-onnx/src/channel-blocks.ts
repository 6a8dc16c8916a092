export { blockChannels } from './blocking/block-channels.ts';
export { channelBlock } from './blocking/channel-block.ts';
export { halveProducts } from './blocking/halve-products.ts';
export { joinGraphs } from './blocking/join-graphs.ts';
