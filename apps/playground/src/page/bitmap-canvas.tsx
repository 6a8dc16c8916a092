/** A picture of the engine's on the page. */
import { useLayoutEffect, useRef } from 'preact/hooks';

interface BitmapCanvasProps {
  readonly bitmap: ImageBitmap;
  readonly label: string;
  readonly slot?: string;
}

/** Shown at the size that the style sheet gives it; the browser scales smoothly. */
export function BitmapCanvas({ bitmap, label, slot }: BitmapCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    if (element.width !== bitmap.width) element.width = bitmap.width;
    if (element.height !== bitmap.height) element.height = bitmap.height;
    element.getContext('2d')?.drawImage(bitmap, 0, 0);
  }, [bitmap]);
  return <canvas ref={canvas} role="img" aria-label={label} {...(slot === undefined ? {} : { slot })} />;
}
