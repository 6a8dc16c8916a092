/** What was drawn, what is being drawn, or what is still missing. */
import type { Studio } from '../studio/studio.ts';
import { isDrawable } from '../studio/studio-state.ts';
import type { StudioResult, StudioState } from '../studio/studio-state.ts';
import { BeforeAfter } from './before-after.tsx';
import { CropsView } from './crops-view.tsx';

interface ResultViewProps {
  readonly state: StudioState;
  readonly studio: Studio;
}

const WIDE_ASPECT = 1.2;

/** How long an object URL is kept for the browser to begin the download. */
const DOWNLOAD_GRACE = 60_000;

async function download(studio: Studio, fileName: string): Promise<void> {
  const file = await studio.save();
  if (file === undefined) return;
  const url = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href: url, download: fileName }).click();
  setTimeout(() => URL.revokeObjectURL(url), DOWNLOAD_GRACE);
}

function statusText(state: StudioState): string {
  const { photos } = state;
  const searching = Object.values(photos).some(({ found, problem }) => found === undefined && problem === undefined);
  if (state.drawing) return 'Drawing …';
  if (searching) return state.engine.phase === 'ready' ? 'Looking for faces …' : 'Waiting for the engine …';
  if (state.cancelled) return 'Cancelled.';
  if (state.result !== undefined) return 'Drawn.';
  if (photos.target === undefined) return 'Choose a photo to change, or click an example.';
  if (photos.first === undefined && photos.second === undefined) return 'Now choose the new face.';
  return isDrawable(state) ? 'Waiting for the engine …' : 'Choose a photo that shows a face.';
}

/** Beside a wide picture there is no room for the faces; they go below it. */
function isWide({ drawing: { picture } }: StudioResult): boolean {
  return picture.width > WIDE_ASPECT * picture.height;
}

function Empty() {
  return (
    <div class="empty" aria-hidden="true">
      <svg viewBox="0 0 120 72"><circle cx="46" cy="36" r="26" /><circle cx="74" cy="36" r="26" /></svg>
    </div>
  );
}

function Actions({ state, studio }: ResultViewProps) {
  const { result, drawing, cancelled } = state;
  return (
    <div class="actions">
      <p class="hint" role="status" data-testid="drawing-status" data-drawing={drawing}>{statusText(state)}</p>
      {drawing && <button type="button" onClick={() => studio.cancel()}>Cancel</button>}
      {cancelled && <button type="button" onClick={() => studio.draw()}>Draw again</button>}
      <button
        type="button"
        class="main-action"
        disabled={result === undefined || drawing}
        onClick={() => result !== undefined && void download(studio, result.fileName)}
      >
        Download PNG
      </button>
    </div>
  );
}

/** The result and what can be done with it. */
export function ResultView({ state, studio }: ResultViewProps) {
  const { result } = state;
  return (
    <>
      {result === undefined ? (
        <Empty />
      ) : (
        <div class={isWide(result) ? 'stage wide' : 'stage'}>
          <BeforeAfter result={result} />
          <CropsView crops={result.drawing.crops} />
        </div>
      )}
      <Actions state={state} studio={studio} />
    </>
  );
}
