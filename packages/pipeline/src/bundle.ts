/** An open, checked model bundle: faces in, codes and maps; codes and maps in, a face. */
import type { BundleManifest, ByteImage, StyleCodes, StyleMaps, StyleTable } from '@mfim/tensor-contracts';
import type { GenerateOptions, StagedGenerator } from './staged-generation.ts';

/** What the encoder says about one face. */
export interface EncodedFace {
  readonly codes: StyleCodes;
  /** One for each noise input that the encoder feeds. */
  readonly maps: StyleMaps;
}

/** A model bundle whose networks are loaded. */
export interface Bundle {
  readonly manifest: BundleManifest;
  readonly table: StyleTable;
  /** The name of the runtime, for reports. */
  readonly runtime: string;
  /**
   * Encodes faces that were aligned as the manifest says.
   *
   * @param crops RGB, each `manifest.alignment.size` pixels square
   * @throws ShapeError on a crop of another size.
   * @throws InternalError naming network and tensor when an output is not finite.
   */
  encode(crops: readonly ByteImage[], options?: { readonly signal?: AbortSignal | undefined }): Promise<EncodedFace[]>;
  /**
   * Draws a face, `manifest.resolution` pixels square, or smaller with `upTo`.
   *
   * @throws ShapeError when the codes belong to another table.
   */
  generate(codes: StyleCodes, maps: StyleMaps, options?: GenerateOptions): Promise<ByteImage>;
  /** A generator that remembers its stages, for sliders. */
  stagedGenerator(): StagedGenerator;
  /** Frees the networks. */
  release(): Promise<void>;
}
