/** A place for a photo: drop one, choose one, or take an example; then choose among its faces. */
import { useState } from 'preact/hooks';
import type { TargetedEvent } from 'preact';
import type { Studio } from '../studio/studio.ts';
import type { Place, PlacedPhoto } from '../studio/studio-state.ts';
import { EXAMPLE_TYPE } from './example-strip.tsx';
import { FaceChooser } from './face-chooser.tsx';
import type { PlaceTexts } from './place-texts.ts';
import { ProblemNote } from './problem-note.tsx';

interface PhotoPlaceProps {
  readonly place: Place;
  readonly texts: PlaceTexts;
  readonly placed: PlacedPhoto | undefined;
  readonly studio: Studio;
}

function statusText({ found, problem }: PlacedPhoto): string {
  if (problem !== undefined) return '';
  if (found === undefined) return 'Looking for faces …';
  const faces = found.faces === 1 ? '1 face' : `${found.faces} faces`;
  return `${found.width} × ${found.height}, ${faces}`;
}

function takeDrop(event: DragEvent, { place, studio }: PhotoPlaceProps): void {
  event.preventDefault();
  const example = event.dataTransfer?.getData(EXAMPLE_TYPE) ?? '';
  const file = event.dataTransfer?.files[0];
  if (example !== '') void studio.chooseExample(example, place);
  else if (file !== undefined) void studio.choose(place, file, file.name);
}

function takeFile(input: HTMLInputElement, { place, studio }: PhotoPlaceProps): void {
  const file = input.files?.[0];
  if (file !== undefined) void studio.choose(place, file, file.name);
  // So that choosing the same file again counts as a choice.
  input.value = '';
}

function Chooser(props: PhotoPlaceProps) {
  const { place, texts, placed } = props;
  return (
    <label class="chooser">
      {placed === undefined ? (
        <span class="plus" aria-hidden="true">+</span>
      ) : (
        <img src={placed.url} alt={`${texts.title}: ${placed.photo.name}`} />
      )}
      <input
        class="visually-hidden"
        type="file"
        accept="image/*"
        data-testid={`file-${place}`}
        aria-label={`${texts.title}: ${placed === undefined ? 'choose a photo' : 'choose another photo'}`}
        onChange={(event: TargetedEvent<HTMLInputElement>) => takeFile(event.currentTarget, props)}
      />
    </label>
  );
}

/** @param props.placed the photo, if there is one */
export function PhotoPlace(props: PhotoPlaceProps) {
  const { place, texts, placed, studio } = props;
  const [over, setOver] = useState(false);
  return (
    <div
      class={over ? 'place over' : 'place'}
      data-testid={`place-${place}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false);
        takeDrop(event, props);
      }}
    >
      <Chooser {...props} />
      <div class="place-text">
        <h3>{texts.title}</h3>
        <p class="hint">{placed === undefined ? texts.hint : placed.photo.name}</p>
        {placed !== undefined && <p class="hint" role="status">{statusText(placed)}</p>}
        {placed?.problem !== undefined && <ProblemNote problem={placed.problem} />}
        {placed !== undefined && <FaceChooser place={place} title={texts.title} placed={placed} studio={studio} />}
      </div>
      {placed !== undefined && (
        <button type="button" class="quiet" onClick={() => studio.remove(place)} aria-label={`Remove: ${texts.title}`}>
          Remove
        </button>
      )}
    </div>
  );
}
