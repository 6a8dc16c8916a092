/** The whole page. */
import type { Studio } from '../studio/studio.ts';
import { EngineStatus } from './engine-status.tsx';
import { ExampleStrip } from './example-strip.tsx';
import { MixControls } from './mix-controls.tsx';
import { PhotoPlace } from './photo-place.tsx';
import { PLACE_TEXTS } from './place-texts.ts';
import { ProblemNote } from './problem-note.tsx';
import { ResultView } from './result-view.tsx';
import { useStudioState } from './use-studio-state.ts';
import { PLACES } from '../studio/studio-state.ts';

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

/** @param props.studio what the page shows and steers */
export function Page({ studio }: { readonly studio: Studio }) {
  const state = useStudioState(studio);
  return (
    <>
      <Header />
      <EngineStatus engine={state.engine} offline={state.offline} />
      <main class="columns">
        <div class="column">
          <section class="panel" aria-labelledby="photos-title">
            <h2 id="photos-title">Photos</h2>
            <div class="places">
              {PLACES.map((place) => (
                <PhotoPlace key={place} place={place} texts={PLACE_TEXTS[place]} placed={state.photos[place]} studio={studio} />
              ))}
            </div>
            <button
              type="button"
              class="quiet"
              disabled={state.photos.target === undefined || state.photos.first === undefined}
              onClick={() => studio.exchange()}
            >
              Trade places: photo ⇄ new face
            </button>
          </section>
          <ExampleStrip nextPlace={state.nextPlace} studio={studio} />
        </div>
        <div class="column">
          <section class="panel result-panel" aria-labelledby="result-title">
            <h2 id="result-title">Result</h2>
            {state.problem !== undefined && <ProblemNote problem={state.problem} />}
            <ResultView state={state} studio={studio} />
            <MixControls state={state} studio={studio} />
          </section>
        </div>
      </main>
      <Footer />
    </>
  );
}
