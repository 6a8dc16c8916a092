/** What is known and what is here, as one table. */
import { isStored, listStored } from '@mfim/weights';
import type { StoredVersion, WeightsEntry } from '@mfim/weights';
import type { WeightsShelf } from './open-shelf.ts';

/** Weights of one name. */
export interface WeightsRow {
  readonly name: string;
  readonly kind?: string;
  readonly purpose?: string;
  readonly state: 'here' | 'to download' | 'by hand' | 'missing';
  /** From the manifest; absent for files of the user's own. */
  readonly known?: WeightsEntry;
  readonly versions: readonly StoredVersion[];
}

function stateOf(known: WeightsEntry | undefined, isHere: boolean): WeightsRow['state'] {
  if (isHere) return 'here';
  if (known === undefined) return 'missing';
  return known.urls === undefined ? 'by hand' : 'to download';
}

/** The manifest's, in its order, then the user's own. */
export async function listRows({ entries, store }: WeightsShelf): Promise<readonly WeightsRow[]> {
  const stored = new Map((await listStored(store)).map((record) => [record.name, record]));
  const own = [...stored.keys()].filter((name) => !entries.some((entry) => entry.name === name));
  const names = [...entries.map((entry) => [entry.name, entry] as const), ...own.map((name) => [name, undefined] as const)];
  return Promise.all(
    names.map(async ([name, known]) => {
      const record = stored.get(name);
      const [newest] = record?.versions ?? [];
      const kind = known?.kind ?? record?.kind;
      const about = { ...(kind === undefined ? {} : { kind }), ...(known === undefined ? {} : { purpose: known.purpose, known }) };
      return { name, ...about, state: stateOf(known, newest !== undefined && (await isStored(store, newest))), versions: record?.versions ?? [] };
    }),
  );
}

const MEGABYTE = 1e6;

/** `95.6 MB`; `size not known`. */
export function describeSize({ known, versions: [newest] }: WeightsRow): string {
  const bytes = newest?.bytes ?? known?.bytes;
  if (bytes === undefined) return 'size not known';
  return bytes < MEGABYTE ? `${bytes} bytes` : `${(bytes / MEGABYTE).toFixed(1)} MB`;
}

/** Whose word its sum has. */
export function describeSum({ known, versions: [newest] }: WeightsRow): string {
  if (known?.sha256 !== undefined) return `${known.sha256} (the manifest says so)`;
  if (newest === undefined) return known?.sha256Start === undefined ? 'not known; the first download pins it' : `begins with ${known.sha256Start}; the first download pins the rest`;
  return `${newest.sha256} (${newest.trust === 'own file' ? 'a file of your own' : 'trusted because it came first'})`;
}
