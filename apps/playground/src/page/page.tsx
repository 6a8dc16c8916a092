/** The whole page. */
import type { Studio } from '../studio/studio.ts';
import { PLACES, sourcesOf } from '../studio/studio-state.ts';
import type { StudioState } from '../studio/studio-state.ts';
import { EngineStatus } from './engine-status.tsx';
import { ExampleStrip } from './example-strip.tsx';
import { MixControls } from './mix-controls.tsx';
import { PhotoPlace } from './photo-place.tsx';
import { PLACE_TEXTS } from './place-texts.ts';
import { ProblemNote } from './problem-note.tsx';
import { ResultView } from './result-view.tsx';
import { TimingsTable } from './timings-table.tsx';
import { useStudioState } from './use-studio-state.ts';

function Header() {
  return (
    <header class="page-header">
      <div>
        <h1>MFIM playground</h1>
        <p class="lead">Put another identity into a photo, or mix two. Pose, expression and background stay.</p>
      </div>
      <p class="privacy">
        <svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 10V7a5 5 0 0 1 10 0v3h1a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zm2 0h6V7a3 3 0 0 0-6 0z" /></svg>
        Your photos never leave this machine.
      </p>
    </header>
  );
}

function Footer() {
  return (
    <footer class="page-footer">
      <p>
        The portraits under “Examples” show people who do not exist. Swap faces only of people who agree, and say that a picture is
        made.
      </p>
    </footer>
  );
}

interface PartProps {
  readonly state: StudioState;
  readonly studio: Studio;
}

function PhotosPanel({ state, studio }: PartProps) {
  const { photos } = state;
  return (
    <section class="panel" aria-labelledby="photos-title">
      <h2 id="photos-title">Photos</h2>
      <p class="hint">Drop a photo onto a square, click it to choose one, or take an example.</p>
      <div class="places">
        {PLACES.map((place) => (
          <PhotoPlace key={place} place={place} texts={PLACE_TEXTS[place]} placed={photos[place]} studio={studio} />
        ))}
      </div>
      <button type="button" class="quiet" disabled={photos.target === undefined || photos.first === undefined} onClick={() => studio.exchange()}>
        Trade places: photo ⇄ new face
      </button>
    </section>
  );
}

function ResultPanel({ state, studio }: PartProps) {
  const { problem, result } = state;
  return (
    <section class="panel" aria-labelledby="result-title">
      <h2 id="result-title">Result</h2>
      {problem !== undefined && <ProblemNote problem={problem} />}
      <ResultView state={state} studio={studio} />
      {sourcesOf(state).length > 0 && <MixControls state={state} studio={studio} />}
      {result !== undefined && <TimingsTable timings={result.drawing.timings} milliseconds={result.milliseconds} />}
    </section>
  );
}

/** @param props.studio what the page shows and steers */
export function Page({ studio }: { readonly studio: Studio }) {
  const state = useStudioState(studio);
  return (
    <>
      <Header />
      <EngineStatus engine={state.engine} offline={state.offline} />
      <main class="columns">
        <div class="column">
          <PhotosPanel state={state} studio={studio} />
          <ExampleStrip nextPlace={state.nextPlace} studio={studio} />
        </div>
        <div class="column">
          <ResultPanel state={state} studio={studio} />
        </div>
      </main>
      <Footer />
    </>
  );
}
