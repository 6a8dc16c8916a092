/** The time scrubber: a slider over the snapshots, with buttons for one back and one on. */
import type { PageSnapshot } from '../page-snapshots.ts';
import type { PageData } from './page-data.ts';

function element<Kind extends HTMLElement>(id: string): Kind {
  return document.getElementById(id) as Kind;
}

/**
 * Brings the scrubber of the page to life; it starts at the last snapshot.
 *
 * @param onStep told which snapshot is shown
 */
export function startScrubber({ snapshots, description }: PageData, onStep: (step: number) => void): void {
  if (snapshots.length === 0) return;
  const slider = element<HTMLInputElement>('snapshot-slider');
  const picture = element<HTMLImageElement>('snapshot-picture');
  const show = (index: number): void => {
    const position = Math.min(snapshots.length - 1, Math.max(0, index));
    const { step, address } = snapshots[position] as PageSnapshot;
    slider.value = String(position);
    slider.ariaValueText = `step ${step}`;
    picture.src = address;
    picture.alt = `Snapshot at step ${step}: ${description}`;
    element('snapshot-step').textContent = `step ${step} (${position + 1} of ${snapshots.length})`;
    element<HTMLButtonElement>('snapshot-back').disabled = position === 0;
    element<HTMLButtonElement>('snapshot-on').disabled = position === snapshots.length - 1;
    onStep(step);
  };
  slider.max = String(snapshots.length - 1);
  slider.addEventListener('input', () => show(Number(slider.value)));
  element('snapshot-back').addEventListener('click', () => show(Number(slider.value) - 1));
  element('snapshot-on').addEventListener('click', () => show(Number(slider.value) + 1));
  show(snapshots.length - 1);
}
