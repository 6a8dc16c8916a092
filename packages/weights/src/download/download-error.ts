/** The refusal of a download: an InputError that names the address and the way around it. */
import { InputError } from '@mfim/tensor-contracts';

/** What was wanted, and what came. */
export interface DownloadFailure {
  readonly expected: string;
  readonly got: string;
  readonly remedy?: string;
  readonly cause?: unknown;
}

const REMEDY = 'check the network and run again; if it stays so, fetch the file another way and pass it with --from FILE';

/** @param url shown without its query, which may be long or private */
export function downloadError(url: string, { remedy, ...failure }: DownloadFailure): InputError {
  return new InputError({ where: `download of ${url.split('?')[0]}`, remedy: remedy ?? REMEDY, ...failure });
}
