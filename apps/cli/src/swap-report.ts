/** What `--report` writes: identity, faces, times, model. */
import type { Face } from '@mfim/faces';
import type { SwapResult } from '@mfim/pipeline';
import type { IdentityReport } from './identity/measure-identity.ts';

/** A face as reports list it. */
export interface FaceReport {
  readonly index: number;
  readonly score: number;
  readonly box: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}

/** What is known of one photo. */
export interface PhotoReport {
  readonly photo: string;
  readonly faces: readonly FaceReport[];
  readonly chosen: number;
}

/** The whole report. */
export interface SwapReport {
  readonly out: string;
  readonly identity: IdentityReport;
  readonly faces: { readonly target: PhotoReport; readonly sources: readonly PhotoReport[] };
  /** Milliseconds by stage. */
  readonly timings: Readonly<Record<string, number>>;
  readonly model: SwapResult['model'] & { readonly folder: string };
}

const SCORE_DIGITS = 1000;

/** A face for people and scripts: whole pixels, three digits. */
export function reportFace({ index, score, box }: Face): FaceReport {
  const [x, y, width, height] = [box.x, box.y, box.width, box.height].map(Math.round) as [number, number, number, number];
  return { index, score: Math.round(score * SCORE_DIGITS) / SCORE_DIGITS, box: { x, y, width, height } };
}

/** The names of the photos of a result, and where it went. */
export interface ReportNames {
  readonly out: string;
  readonly target: string;
  readonly sources: readonly string[];
  readonly folder: string;
}

/** Puts a report together. */
export function swapReport(result: SwapResult, identity: IdentityReport, names: ReportNames): SwapReport {
  const { faces, timings, model } = result;
  return {
    out: names.out,
    identity,
    faces: {
      target: { photo: names.target, faces: faces.target.map(reportFace), chosen: faces.chosen.target },
      sources: names.sources.map((photo, index) => ({
        photo,
        faces: (faces.sources[index] ?? []).map(reportFace),
        chosen: faces.chosen.sources[index] ?? 0,
      })),
    },
    timings,
    model: { ...model, folder: names.folder },
  };
}
