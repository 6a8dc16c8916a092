/** A network that is opened when it runs for the first time. */
import type { NetworkContract } from '@mfim/tensor-contracts';
import type { Network } from './network.ts';

/** @param open throws what `openNetwork` throws, at the first run */
export function lazyNetwork(contract: NetworkContract, open: () => Promise<Network>): Network {
  let opened: Promise<Network> | undefined;
  return {
    contract,
    async run(feeds, signal) {
      signal?.throwIfAborted();
      opened ??= open();
      return (await opened).run(feeds, signal);
    },
    async release() {
      // Released before its first run, it opens for nobody.
      opened ??= Promise.reject(new Error('released'));
      await opened.then((network) => network.release(), () => undefined);
    },
  };
}
