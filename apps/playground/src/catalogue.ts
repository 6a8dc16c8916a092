/** What a build contains beside its code; written by the build (`build/static-files.ts`). */

/** A model bundle that was copied into the build. */
export interface CatalogueModel {
  /** Its folder, relative to the page, with a slash at the end. */
  readonly path: string;
  readonly name: string;
}

/** Everything that the page may offer. Paths are relative to the page. */
export interface Catalogue {
  /** The first is the one that is used unless another is chosen. */
  readonly models: readonly CatalogueModel[];
  /** Whether this is a build, which has a service worker, and no development server. */
  readonly built: boolean;
  /** Portraits of people who do not exist. */
  readonly examples: readonly string[];
}

declare const MFIM_CATALOGUE: Catalogue;

/** The catalogue of this build. */
export const CATALOGUE: Catalogue = MFIM_CATALOGUE;
