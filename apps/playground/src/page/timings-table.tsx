/** How long each stage took, of those that had to be done anew. */

const STAGE_NAMES: Readonly<Record<string, string>> = {
  'target.find': 'Find faces in the photo',
  'target.align': 'Align the photo’s face',
  'target.encode': 'Encode the photo’s face',
  'source.find': 'Find the new faces',
  'source.align': 'Align the new faces',
  'source.encode': 'Encode the new faces',
  mix: 'Mix',
  paste: 'Put back into the photo',
};

function stageName(stage: string): string {
  const upTo = /^generateUpTo(\d+)$/.exec(stage)?.[1];
  return upTo === undefined ? (STAGE_NAMES[stage] ?? stage) : `Draw up to ${upTo} × ${upTo}`;
}

interface TimingsTableProps {
  readonly timings: Readonly<Record<string, number>>;
  /** From the wish to the picture. */
  readonly milliseconds: number;
}

/** Closed until it is wanted; the sum is always shown. */
export function TimingsTable({ timings, milliseconds }: TimingsTableProps) {
  return (
    <details class="timings">
      <summary data-testid="total-time">Done in {Math.round(milliseconds)} ms: what took how long</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">Milliseconds</th>
          </tr>
        </thead>
        <tbody>
          {Object.entries(timings).map(([stage, value]) => (
            <tr key={stage}>
              <th scope="row">{stageName(stage)}</th>
              <td>{value.toFixed(1)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
