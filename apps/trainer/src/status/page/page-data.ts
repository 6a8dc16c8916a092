/** What the status page is given, as JSON inside the page. */
import type { SampledCurve } from '../down-sample.ts';
import type { PageSnapshot } from '../page-snapshots.ts';

/** One curve: a chart of its own. */
export interface PageCurve extends SampledCurve {
  readonly name: string;
  readonly group: 'terms' | 'measured' | 'progress';
}

/** Everything that the page's script draws. */
export interface PageData {
  readonly curves: readonly PageCurve[];
  readonly snapshots: readonly PageSnapshot[];
  /** What a snapshot shows, in words. */
  readonly description: string;
}

/** Id of the element that holds it. */
export const PAGE_DATA_ID = 'run-data';
