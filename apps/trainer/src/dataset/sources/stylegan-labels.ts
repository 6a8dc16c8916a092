/**
 * Labels in `dataset.json`, as stylegan3's dataset_tool writes them beside the photos: `{"labels": [["a.png", 3], ...]}`, or null.
 * Nothing here trains with classes, so they are not kept; who brings some is told, before hours of work go into the photos.
 */

/** The file's name, at the top of a zip or a folder. */
export const LABELS_FILE = 'dataset.json';

function kindOf(values: readonly unknown[]): string {
  const vector = values.find((value) => Array.isArray(value));
  return Array.isArray(vector) ? `vectors of ${vector.length} numbers` : `${new Set(values).size} classes`;
}

/** @returns what is said about a `dataset.json`; undefined when it has no labels */
export function unusedLabels(text: string): string | undefined {
  let labels: unknown;
  try {
    labels = (JSON.parse(text) as { readonly labels?: unknown } | null)?.labels;
  } catch {
    return `${LABELS_FILE} is no JSON; its labels, if it has any, would not be kept`;
  }
  if (!Array.isArray(labels) || labels.length === 0) return undefined;
  const values = labels.map((entry: unknown) => (Array.isArray(entry) ? (entry[1] as unknown) : undefined));
  return `labels of ${labels.length} images in ${LABELS_FILE} (${kindOf(values)}) are not kept: neither train nor pretrain has classes`;
}
