/** The faces alone, as the networks saw and drew them. */
import type { Drawing } from '../engine/engine-contract.ts';
import { BitmapCanvas } from './bitmap-canvas.tsx';

/** In the order of the work: the photo's face, the new ones, the result. */
export function CropsView({ crops }: Pick<Drawing, 'crops'>) {
  const shown = [
    { label: 'photo', bitmap: crops.target },
    ...crops.sources.map((bitmap, index) => ({ label: index === 0 ? 'new face' : 'second face', bitmap })),
    { label: 'drawn', bitmap: crops.result },
  ];
  return (
    <div class="crops">
      {shown.map(({ label, bitmap }) => (
        <figure key={label}>
          <BitmapCanvas bitmap={bitmap} label={`Aligned face: ${label}`} />
          <figcaption>{label}</figcaption>
        </figure>
      ))}
    </div>
  );
}
