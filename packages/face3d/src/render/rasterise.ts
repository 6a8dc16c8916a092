/**
 * Triangles to pixels with a z-buffer. A frame remembers, for each pixel centre, the nearest triangle and where in it the
 * ray hits (barycentric weights, right under perspective); colours are computed afterwards, once for each pixel.
 */

/** What is seen at each pixel. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** 1 / depth, or -depth for parallel rays: larger is nearer. */
  readonly nearness: Float32Array;
  /** Index of the triangle, -1 where nothing is. */
  readonly triangle: Int32Array;
  /** [pixels, 2], the weights of the first and second corner; the third's is what is missing to 1. */
  readonly weights: Float32Array;
}

/** A mesh on the picture plane. */
export interface ProjectedMesh {
  /** [vertices, 3]: picture x, picture y (pixels), and nearness. Vertices behind the camera have nearness 0 or less. */
  readonly points: Float64Array;
  readonly triangles: Int32Array;
  /** Whether nearness is 1 / depth. */
  readonly perspective: boolean;
}

/** Whether a triangle covers a point of itself; for hair and lashes, which have holes. */
export type Covers = (triangle: number, first: number, second: number) => boolean;

/** An empty frame. */
export function emptyFrame(width: number, height: number): Frame {
  const pixels = width * height;
  return { width, height, nearness: new Float32Array(pixels).fill(-Infinity), triangle: new Int32Array(pixels).fill(-1), weights: new Float32Array(pixels * 2) };
}

interface Drawing {
  readonly frame: Frame;
  readonly mesh: ProjectedMesh;
  readonly covers: Covers | undefined;
}

/**
 * Draws one triangle. The three weights are linear on the picture plane: each is followed along the row by its step. (Plain
 * constants instead of records and arrays: this is where the time goes.)
 */
function drawTriangle({ frame, mesh, covers }: Drawing, index: number): void {
  const { points, triangles, perspective } = mesh;
  const { nearness: depths, triangle: owners, weights, width } = frame;
  const a = triangles[index * 3]! * 3;
  const b = triangles[index * 3 + 1]! * 3;
  const c = triangles[index * 3 + 2]! * 3;
  const ax = points[a]!;
  const ay = points[a + 1]!;
  const bx = points[b]!;
  const by = points[b + 1]!;
  const cx = points[c]!;
  const cy = points[c + 1]!;
  const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
  const right = Math.min(frame.width - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
  const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
  const bottom = Math.min(frame.height - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
  const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
  const an = points[a + 2]!;
  const bn = points[b + 2]!;
  const cn = points[c + 2]!;
  if (left > right || top > bottom || area === 0 || (perspective && !(an > 0 && bn > 0 && cn > 0))) return;
  for (let row = top; row <= bottom; row += 1) {
    const y = row + 0.5;
    let first = ((bx - (left + 0.5)) * (cy - y) - (cx - (left + 0.5)) * (by - y)) / area;
    let second = ((cx - (left + 0.5)) * (ay - y) - (ax - (left + 0.5)) * (cy - y)) / area;
    for (let pixel = row * width + left, last = row * width + right; pixel <= last; pixel += 1, first += (by - cy) / area, second += (cy - ay) / area) {
      if (first < 0 || second < 0 || first + second > 1) continue;
      const nearness = first * an + second * bn + (1 - first - second) * cn;
      if (nearness <= depths[pixel]!) continue;
      const u = perspective ? (first * an) / nearness : first;
      const v = perspective ? (second * bn) / nearness : second;
      if (covers !== undefined && !covers(index, u, v)) continue;
      depths[pixel] = nearness;
      owners[pixel] = index;
      weights[pixel * 2] = u;
      weights[pixel * 2 + 1] = v;
    }
  }
}

/** Draws a run of triangles, `from` to `to` (exclusive), both sides of each. */
export function rasterise(frame: Frame, mesh: ProjectedMesh, run: { readonly from?: number; readonly to?: number; readonly covers?: Covers } = {}): void {
  const { from = 0, to = mesh.triangles.length / 3, covers } = run;
  const drawing = { frame, mesh, covers };
  for (let index = from; index < to; index += 1) drawTriangle(drawing, index);
}
