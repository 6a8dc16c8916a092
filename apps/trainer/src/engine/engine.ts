/** What every engine of training offers: opening it in this process, and finding out whether it works on this machine. */
import type { RuntimeOptions } from '@mfim/tfjs-onnx';
import type { EngineName } from './engine-names.ts';

/** An engine that has been opened: tfjs-core now computes on it, or (`compiler`) prepares what it computes. */
export interface Engine {
  readonly name: EngineName;
  /** One line for logs and reports; where `auto` chose the engine, it says why. */
  readonly description: string;
  /** What computes. */
  readonly device: EngineDevice;
  /** Versions of what computes, by package or library name. */
  readonly versions: Readonly<Record<string, string>>;
  /** Bytes of all live tensors; the engine's allocator may hold more. */
  readonly memory: () => { readonly bytes: number };
  /** What runs compiled functions and steps; absent: tfjs computes every operation when it is called. */
  readonly compiler?: RuntimeOptions;
}

/** What computes. `software` is a GPU interface that the CPU imitates: right, and slow. */
export interface EngineDevice {
  readonly kind: 'cpu' | 'gpu' | 'software';
  readonly name: string;
}

/** One thing that an engine needs: a package, a driver, a library. */
export interface EnginePart {
  readonly part: string;
  readonly found: boolean;
  /** Where it is or which version; what is wrong with it otherwise. */
  readonly detail: string;
  /** How to get it; given when it was not found. */
  readonly cure?: string;
  /** Not found, but the engine may work all the same (a library that the loader finds elsewhere): the computation decides. */
  readonly doubtful?: boolean;
}

/** Whether an engine works here. `usable` is the outcome of a computation, not of a look at files. */
export interface EngineProbe {
  readonly name: EngineName;
  readonly usable: boolean;
  readonly device?: EngineDevice;
  readonly versions: Readonly<Record<string, string>>;
  readonly parts: readonly EnginePart[];
  /** What stands in the way, one entry a reason; empty when usable. */
  readonly missing: readonly string[];
  /** The one command or action to take next; empty when usable. */
  readonly cure: string;
}

/** How a probe is made. */
export interface ProbeOptions {
  /** Time limit of the computation, which runs in a process of its own. */
  readonly timeoutMilliseconds?: number;
}

/** An engine as the registry knows it. */
export interface EngineDefinition {
  readonly name: EngineName;
  /** What it is, in a few words. */
  readonly summary: string;
  /** Whether its steps are compiled (see `Engine.compiler`); such engines run what has been written for it. */
  readonly compiles?: boolean;
  /** Makes it the active tfjs backend of this process. @throws InputError with the cure when it cannot be */
  readonly open: () => Promise<Engine>;
  /** Looks for the engine's parts; loads no native code and computes nothing. */
  readonly inspect: () => Promise<readonly EnginePart[]>;
  /** Computes a convolution, its gradient and a gradient of a gradient, in a process of its own. Never throws. */
  readonly probe: (options?: ProbeOptions) => Promise<EngineProbe>;
}
