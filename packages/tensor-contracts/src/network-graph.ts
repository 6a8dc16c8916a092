/** A network as a bundle holds it: named inputs and outputs with their contracts, and the function. */
import type { PortContract } from './manifest.ts';

/** `T` is the tensor type of whoever computes or traces it. */
export interface NetworkGraph<T> {
  readonly inputs: readonly PortContract[];
  readonly outputs: readonly PortContract[];
  run(inputs: Readonly<Record<string, T>>): Readonly<Record<string, T>>;
}

/** A float32 port without a fixed range: codes, maps, features. */
export function featurePort(name: string, axes: PortContract['axes']): PortContract {
  return { name, axes, dtype: 'float32', range: 'any' };
}

/** An RGB image in [-1, 1], NHWC. */
export function imagePort(name: string, size: number): PortContract {
  return { name, axes: ['batch', size, size, 3], dtype: 'float32', range: 'signed', colour: 'rgb' };
}

/** The name of the style map that feeds one noise input. */
export function mapPortName(noiseIndex: number): string {
  return `map_${noiseIndex}`;
}
