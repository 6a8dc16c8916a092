/** Thumbnails of the faces of a photo that shows several. */
import type { Studio } from '../studio/studio.ts';
import type { Place, PlacedPhoto } from '../studio/studio-state.ts';

interface FaceChooserProps {
  readonly place: Place;
  readonly title: string;
  readonly placed: PlacedPhoto;
  readonly studio: Studio;
}

/** Nothing where there is no choice. */
export function FaceChooser({ place, title, placed, studio }: FaceChooserProps) {
  if (placed.thumbnails.length < 2) return null;
  return (
    <fieldset class="faces">
      <legend>Which face?</legend>
      {placed.thumbnails.map((url, index) => (
        <label key={url}>
          <input
            class="visually-hidden"
            type="radio"
            name={`face-${place}`}
            checked={placed.face === index}
            aria-label={`${title}: face ${index + 1}${index === 0 ? ', the largest' : ''}`}
            onChange={() => studio.chooseFace(place, index)}
          />
          <img src={url} alt="" width={48} height={48} />
        </label>
      ))}
    </fieldset>
  );
}
