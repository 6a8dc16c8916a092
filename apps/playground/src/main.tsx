/** Starts the playground: first what makes it work offline, then the engine, so that all it fetches is kept. */
import { render } from 'preact';
// oxlint-disable-next-line import/no-unassigned-import -- it defines a custom element and exports nothing
import 'img-comparison-slider';
import 'img-comparison-slider/dist/styles.css';
import './page/base.css';
import './page/photos.css';
import './page/result.css';
import { CATALOGUE } from './catalogue.ts';
import { prepareOffline } from './offline/prepare-offline.ts';
import { Page } from './page/page.tsx';
import { createStudio } from './studio/studio.ts';

const wishes = new URLSearchParams(location.search);
const model = CATALOGUE.models.find(({ name }) => name === wishes.get('model')) ?? CATALOGUE.models[0];

const studio = createStudio({
  base: document.baseURI,
  model: model?.path ?? 'models/none/',
  backend: wishes.get('backend') === 'wasm' ? 'wasm' : 'auto',
});
const root = document.getElementById('page');
if (root !== null) render(<Page studio={studio} />, root);

if (model === undefined) {
  const problem = { what: 'This build holds no model.', remedy: 'Put a bundle into models/ and build again.' };
  studio.store.set({ engine: { phase: 'failed', problem } });
} else {
  studio.store.set({ offline: await prepareOffline() });
  await studio.start();
}
