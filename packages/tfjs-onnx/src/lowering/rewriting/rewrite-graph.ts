/**
 * The passes over a recorded graph, in order.
 */
import type { VaryingAttributes } from '../../recording/merge-recordings.ts';
import type { RecordedGraph } from '../../recording/recorded-graph.ts';
import type { Choices } from '../choices.ts';
import { CallGraph } from './call-graph.ts';
import { dropIdentities } from './drop-identities.ts';
import { fuseBiases } from './fuse-biases.ts';
import { joinChoices } from './join-choices.ts';
import { joinSlopes } from './join-slopes.ts';
import { liveCalls } from './live-calls.ts';
import { mergePadding } from './merge-padding.ts';
import { shareEqualCalls } from './share-equal-calls.ts';

/** Runs the passes that are wanted. The calls of `graph` are changed in place. */
export function rewriteGraph(graph: RecordedGraph, varying: VaryingAttributes, { passes, step }: Choices): RecordedGraph {
  let result: RecordedGraph = { ...graph, calls: liveCalls(graph) };
  if (passes.has('drop identities')) result = dropIdentities(result);
  if (passes.has('share equal calls')) result = shareEqualCalls(result, varying);
  const calls = new CallGraph({ ...result, calls: liveCalls(result) }, varying);
  if (passes.has('merge padding')) mergePadding(calls);
  if (passes.has('join slopes')) joinSlopes(calls);
  if (passes.has('join slopes') && step !== 'comparison') joinChoices(calls);
  if (passes.has('fuse biases')) fuseBiases(calls);
  const rewritten = calls.finish();
  return { ...rewritten, calls: liveCalls(rewritten) };
}
