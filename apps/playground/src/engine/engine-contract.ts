/** What the page and its engine (a worker) say to each other. */
import type { PresetName } from '@mfim/id-mixing';
import type { Problem } from './problem.ts';

/** What a call gives: comlink carries no error with fields, so failures travel as values. */
export type Outcome<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly problem: Problem };

/** How to start. Addresses are absolute. */
export interface StartRequest {
  /** Where the page lies. */
  readonly base: string;
  /** The folder of the bundle, below `base`. */
  readonly model: string;
  /** `wasm` never looks for WebGPU. */
  readonly backend: 'auto' | 'wasm';
}

/** Which part is being loaded, for the reader. */
export type Progress = (message: string) => void;

/** What started. */
export interface EngineReport {
  readonly model: { readonly name: string; readonly resolution: number; readonly bytes: number };
  readonly backend: 'webgpu' | 'wasm';
  /** Of wasm; it also finds the faces when WebGPU draws. */
  readonly threads: number;
  /** What the reader should know about the choice, such as why WebGPU was not used. */
  readonly notice?: string;
  readonly milliseconds: number;
}

/** A photo that the page holds. */
export interface PhotoFile {
  /** Stands for the bytes: the engine keeps what it found under it. */
  readonly id: string;
  readonly name: string;
  readonly bytes: Blob;
}

/** What was found in a photo. */
export interface FoundFaces {
  readonly width: number;
  readonly height: number;
  /** How many. The largest is face 0. */
  readonly faces: number;
  /** The aligned faces as small PNGs, in their order; none where there is no choice to make. */
  readonly thumbnails: readonly Blob[];
}

/** One face of one photo. */
export interface FaceChoice {
  readonly photo: PhotoFile;
  readonly face: number;
}

/** One person's part in a mix. */
export interface SourceChoice extends FaceChoice {
  /** Only ratios between people matter. */
  readonly weight: number;
}

/** What to draw. */
export interface DrawOrder {
  readonly target: FaceChoice;
  /** One or more. */
  readonly sources: readonly SourceChoice[];
  /** Takes the place of the weights. */
  readonly preset?: PresetName;
  /** 0 keeps the target's identity, 1 is the full swap. */
  readonly strength: number;
}

/** What was drawn. */
export interface Drawing {
  /** The target's photo with the new face. */
  readonly picture: ImageBitmap;
  /** The faces as the networks saw and drew them. */
  readonly crops: { readonly target: ImageBitmap; readonly sources: readonly ImageBitmap[]; readonly result: ImageBitmap };
  /** Milliseconds by stage; only what had to be done anew. */
  readonly timings: Readonly<Record<string, number>>;
}

/** The engine. It remembers photos, faces and codes, so that moving a slider only draws. */
export interface Engine {
  start(request: StartRequest, progress: Progress): Promise<Outcome<EngineReport>>;
  findFaces(photo: PhotoFile): Promise<Outcome<FoundFaces>>;
  draw(order: DrawOrder): Promise<Outcome<Drawing>>;
  /** The last drawing's picture as a PNG file. */
  save(): Promise<Outcome<Blob>>;
  /** Forgets a photo. */
  forget(id: string): Promise<void>;
}
