/** One curve as a chart: a band from the smallest to the largest value of each stretch, and the smoothed mean. */
import uPlot from 'uplot';
import { displayNumber } from '../../watch/display-number.ts';
import type { PageCurve } from './page-data.ts';
import { smooth } from './smooth.ts';

const HEIGHT = 190;
const LOGARITHMIC = 3;
const AXIS_SIZE = 58;
const LINE_WIDTH = 2;
const LONE_POINT_SIZE = 8;
/** Pixels between labels below a chart: `1,234,500` fits. */
const STEP_SPACE = 90;
const DECADE = 10;
const LARGEST_PLAIN_TICK = 100_000;
/** A smaller ratio of the largest to the smallest value is rounding. */
const FLAT = 1.001;

/** How all charts are drawn. */
export interface ChartView {
  /** Weight of the moving average, see `smooth`. */
  readonly smoothing: number;
  readonly logarithmic: boolean;
  /** Step of the snapshot that is shown. */
  readonly marked: number | undefined;
}

/** A chart in the page. */
export interface CurveChart {
  draw(view: ChartView): void;
  mark(step: number | undefined): void;
}

type Column = (number | null)[];

const colour = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function columnsOf(curve: PageCurve, { smoothing, logarithmic }: ChartView): uPlot.AlignedData {
  // A logarithm has no place for 0 and below.
  const shown = (column: readonly (number | null)[]): Column => column.map((value) => (logarithmic && value !== null && value <= 0 ? null : value));
  return [[...curve.steps], shown(curve.high), shown(curve.low), shown(smooth(curve.mean, smoothing))] as uPlot.AlignedData;
}

function markAt(chart: uPlot, step: number | undefined): void {
  if (step === undefined) return;
  const left = Math.round(chart.valToPos(step, 'x', true));
  const { left: begin, top, width, height } = chart.bbox;
  if (left < begin || left > begin + width) return;
  chart.ctx.fillStyle = colour('--marker');
  chart.ctx.fillRect(left, top, devicePixelRatio, height);
}

function logarithmicRange(_: uPlot, low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [1, DECADE];
  return high < low * FLAT ? [low / 2, high * 2] : (uPlot.rangeLog(low, high, DECADE, false) as [number, number]);
}

const tickText = (tick: number | null): string => (tick === null ? '' : Math.abs(tick) < LARGEST_PLAIN_TICK ? String(Number(tick.toPrecision(4))) : tick.toExponential());

function optionsOf(place: HTMLElement, logarithmic: boolean, hooks: uPlot.Hooks.Arrays): uPlot.Options {
  const axis: uPlot.Axis = { stroke: colour('--muted'), grid: { stroke: colour('--grid'), width: 1 }, ticks: { stroke: colour('--grid'), width: 1 } };
  const edge: uPlot.Series = { stroke: colour('--band'), width: 1, points: { show: false } };
  return {
    width: Math.max(1, place.clientWidth),
    height: HEIGHT,
    hooks,
    legend: { show: false },
    cursor: { sync: { key: 'run', scales: ['x', null] }, y: false },
    scales: { x: { time: false }, y: logarithmic ? { distr: LOGARITHMIC, range: logarithmicRange } : {} },
    axes: [{ ...axis, space: STEP_SPACE }, { ...axis, size: AXIS_SIZE, values: (_, ticks) => ticks.map(tickText) }],
    series: [{}, edge, edge, { stroke: colour('--line'), width: LINE_WIDTH, points: { size: LONE_POINT_SIZE, fill: colour('--line') } }],
    bands: [{ series: [1, 2], fill: colour('--band') }],
  };
}

const at = ({ value, step }: { readonly value: number; readonly step: number }): string => `${displayNumber(value)} at step ${step}`;

function describe({ name, steps, mean }: PageCurve): string {
  const known = mean.flatMap((value, index) => (value === null ? [] : [{ value, step: steps[index] as number }]));
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return `${name}: no finite value`;
  const lowest = known.reduce((least, point) => (point.value < least.value ? point : least));
  return `${name}: first ${at(first)}, last ${at(last)}, lowest ${at(lowest)}`;
}

/** A figure with its heading, the value under the pointer, and a place for the canvas. */
function figureOf(curve: PageCurve): { readonly figure: HTMLElement; readonly value: HTMLElement; readonly place: HTMLElement } {
  const figure = document.createElement('figure');
  const caption = document.createElement('figcaption');
  const value = document.createElement('output');
  const place = document.createElement('div');
  caption.append(curve.name, value);
  place.className = 'chart';
  place.role = 'img';
  place.ariaLabel = describe(curve);
  figure.append(caption, place);
  return { figure, value, place };
}

/**
 * Adds a chart to the page.
 *
 * @param parent gets a figure
 */
export function addCurveChart(parent: HTMLElement, curve: PageCurve): CurveChart {
  const { figure, value, place } = figureOf(curve);
  parent.append(figure);
  let chart: uPlot | undefined;
  let marked: number | undefined;
  const tell = ({ cursor, data }: uPlot): void => {
    const index = cursor.idx ?? data[0].length - 1;
    const mean = curve.mean[index];
    value.textContent = mean === undefined || mean === null ? '' : `${displayNumber(mean)} at step ${curve.steps[index]}`;
  };
  new ResizeObserver(() => chart?.setSize({ width: Math.max(1, place.clientWidth), height: HEIGHT })).observe(place);
  return {
    draw(view) {
      chart?.destroy();
      marked = view.marked;
      const logarithmic = view.logarithmic && curve.mean.some((entry) => entry !== null && entry > 0);
      figure.dataset['scale'] = logarithmic ? 'logarithmic' : 'linear';
      const hooks = { setCursor: [tell], draw: [(drawn: uPlot) => markAt(drawn, marked)] };
      chart = new uPlot(optionsOf(place, logarithmic, hooks), columnsOf(curve, { ...view, logarithmic }), place);
      tell(chart);
    },
    mark(step) {
      marked = step;
      chart?.redraw(false, false);
    },
  };
}
