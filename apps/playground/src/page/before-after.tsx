/** The photo before and after, with a handle between them. */
import type * as preact from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { StudioResult } from '../studio/studio-state.ts';
import { BitmapCanvas } from './bitmap-canvas.tsx';

interface SliderElement extends HTMLElement {
  value: number;
}

declare module 'preact' {
  // oxlint-disable-next-line typescript/no-namespace -- preact declares its elements there
  namespace JSX {
    interface IntrinsicElements {
      'img-comparison-slider': preact.HTMLAttributes<SliderElement>;
    }
  }
}

const HALF = 50;

/** Arrow keys move the handle. */
export function BeforeAfter({ result }: { readonly result: StudioResult }) {
  const slider = useRef<SliderElement>(null);
  const [position, setPosition] = useState(HALF);
  useEffect(() => {
    const element = slider.current;
    const follow = (): void => setPosition(Math.round(element?.value ?? HALF));
    element?.addEventListener('slide', follow);
    return () => element?.removeEventListener('slide', follow);
  }, []);
  const { picture } = result.drawing;
  return (
    <div class="before-after" ref={(element) => element?.style.setProperty('--aspect', String(picture.width / picture.height))}>
      <img-comparison-slider
        ref={slider}
        role="slider"
        aria-label="Before and after: how much of the photo before is shown"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={position}
        aria-valuetext={`${position} percent before`}
      >
        <img slot="first" src={result.before} alt="The photo before" />
        <BitmapCanvas slot="second" bitmap={picture} label="The photo with the new face" />
      </img-comparison-slider>
      <span class="corner before" aria-hidden="true">before</span>
      <span class="corner after" aria-hidden="true">after</span>
    </div>
  );
}
