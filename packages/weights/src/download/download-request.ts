/** What to fetch, and what it must be. */
export interface DownloadRequest {
  readonly url: string;
  /** Where it shall lie; what has come of it lies in `FILE.part`. */
  readonly file: string;
  /** Without it, the server's word is taken. */
  readonly bytes?: number;
  /** Without it, the sum is only reported. */
  readonly sha256?: string;
  /** Plain http too, wherever it leads: for an address that the user configured, and a sum that is known. */
  readonly allowUnencrypted?: boolean;
  /** Called with the bytes that are here, and how many there will be when that is known. */
  readonly onProgress?: (done: number, total: number | undefined) => void;
  /** A connection that is silent this long is given up and taken up again. */
  readonly stallMilliseconds?: number;
  /** Pause before the first new attempt; it doubles. */
  readonly pauseMilliseconds?: number;
}
