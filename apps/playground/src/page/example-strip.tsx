/** Portraits of people who do not exist, to try the page without a photo of one's own. */
import { CATALOGUE } from '../catalogue.ts';
import type { Studio } from '../studio/studio.ts';
import { PLACES } from '../studio/studio-state.ts';
import type { Place } from '../studio/studio-state.ts';
import { PLACE_TEXTS } from './place-texts.ts';

/** Marks an example that is dragged, among other things that may be dropped. */
export const EXAMPLE_TYPE = 'application/x-mfim-example';

const IMAGE_SIZE = 256;

interface ExampleStripProps {
  readonly nextPlace: Place;
  readonly studio: Studio;
}

function PlaceSwitch({ nextPlace, studio }: ExampleStripProps) {
  return (
    <fieldset class="switch">
      <legend>A click fills</legend>
      {PLACES.map((place) => (
        <label key={place}>
          <input
            class="visually-hidden"
            type="radio"
            name="next-place"
            checked={place === nextPlace}
            onChange={() => studio.setNextPlace(place)}
          />
          <span>{PLACE_TEXTS[place].title}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** Click, or drag into a place. */
export function ExampleStrip(props: ExampleStripProps) {
  return (
    <section class="panel" aria-labelledby="examples-title">
      <h2 id="examples-title">Examples</h2>
      <PlaceSwitch {...props} />
      <ul class="examples">
        {CATALOGUE.examples.map((path, index) => (
          <li key={path}>
            <button type="button" onClick={() => void props.studio.chooseExample(path)} aria-label={`Use example portrait ${index + 1}`}>
              <img
                src={path}
                alt=""
                width={IMAGE_SIZE}
                height={IMAGE_SIZE}
                draggable
                onDragStart={(event) => event.dataTransfer?.setData(EXAMPLE_TYPE, path)}
              />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
