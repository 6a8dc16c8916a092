/** What the build tells the service worker about itself. */
export interface OfflineBuild {
  /** Of every file; names the cache. */
  readonly hash: string;
  /** Small files, fetched at once; relative to the page. */
  readonly shell: readonly string[];
}
