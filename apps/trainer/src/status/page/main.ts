/** The script of the status page: charts, their controls, and the scrubber over the snapshots. */
import { addCurveChart } from './curve-chart.ts';
import type { ChartView, CurveChart } from './curve-chart.ts';
import { PAGE_DATA_ID } from './page-data.ts';
import type { PageData } from './page-data.ts';
import { startScrubber } from './scrubber.ts';

const data = JSON.parse(document.getElementById(PAGE_DATA_ID)?.textContent ?? '{}') as PageData;
let view: ChartView = { smoothing: 0, logarithmic: false, marked: undefined };

function addCharts(): readonly CurveChart[] {
  return data.curves.map((curve) => addCurveChart(document.querySelector(`[data-group="${curve.group}"]`) as HTMLElement, curve));
}

const charts = addCharts();

function redraw(change: Partial<ChartView>): void {
  view = { ...view, ...change };
  for (const chart of charts) chart.draw(view);
}

function startControls(): void {
  const smoothing = document.getElementById('smoothing') as HTMLInputElement;
  const logarithmic = document.getElementById('logarithmic') as HTMLInputElement;
  const shown = document.getElementById('smoothing-value') as HTMLElement;
  const read = (): void => {
    shown.textContent = Number(smoothing.value).toFixed(2);
    redraw({ smoothing: Number(smoothing.value), logarithmic: logarithmic.checked });
  };
  smoothing.addEventListener('input', read);
  logarithmic.addEventListener('change', read);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', read);
  read();
}

startScrubber(data, (step) => {
  view = { ...view, marked: step };
  for (const chart of charts) chart.mark(step);
});
// A run without a record has no controls.
if (charts.length > 0) startControls();
document.documentElement.dataset['drawn'] = String(charts.length);
