/** One line: what is loading, or what runs where; and what the reader should know about it. */
import type { EngineReport } from '../engine/engine-contract.ts';
import type { EngineState } from '../studio/studio-state.ts';
import { ProblemNote } from './problem-note.tsx';

const MEGABYTE = 1e6;

function backendText({ backend, threads }: EngineReport): string {
  const processor = `wasm on the processor, ${threads} ${threads === 1 ? 'thread' : 'threads'}`;
  return backend === 'webgpu' ? `WebGPU (faces are found by ${processor})` : processor;
}

function ReadyLine({ report, offline }: { readonly report: EngineReport; readonly offline: boolean }) {
  const { name, resolution, bytes } = report.model;
  return (
    <p>
      <strong>Ready</strong> · <span data-testid="backend" data-backend={report.backend}>{backendText(report)}</span> · model {name}, {resolution} × {resolution} pixels,{' '}
      {(bytes / MEGABYTE).toFixed(1)} MB{offline ? ' · works offline from now on' : ''}
    </p>
  );
}

/** @param props.offline whether everything is kept for use without a network */
export function EngineStatus({ engine, offline }: { readonly engine: EngineState; readonly offline: boolean }) {
  if (engine.phase === 'failed') return <ProblemNote problem={engine.problem} />;
  const notice = engine.phase === 'ready' ? engine.report.notice : undefined;
  return (
    <div class="engine-status" role="status" data-phase={engine.phase}>
      <span class={engine.phase === 'ready' ? 'lamp ready' : 'lamp'} aria-hidden="true" />
      <div>
        {engine.phase === 'ready' ? <ReadyLine report={engine.report} offline={offline} /> : <p>{engine.message} …</p>}
        {notice !== undefined && <p class="notice">{notice}</p>}
      </div>
    </div>
  );
}
