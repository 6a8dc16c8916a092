/** Normals of a mesh: at each vertex the sum of the normals of its triangles, weighted by their area, made a unit vector. */

/**
 * @param vertices [vertices, 3]
 * @param triangles [triangles, 3], counter-clockwise seen from outside
 * @returns [vertices, 3]; (0, 0, 0) at vertices without triangles
 */
export function vertexNormals(vertices: ArrayLike<number>, triangles: Int32Array): Float64Array {
  const normals = new Float64Array(vertices.length);
  for (let at = 0; at < triangles.length; at += 3) {
    const [a, b, c] = [triangles[at]! * 3, triangles[at + 1]! * 3, triangles[at + 2]! * 3];
    const [ux, uy, uz] = [vertices[b]! - vertices[a]!, vertices[b + 1]! - vertices[a + 1]!, vertices[b + 2]! - vertices[a + 2]!];
    const [vx, vy, vz] = [vertices[c]! - vertices[a]!, vertices[c + 1]! - vertices[a + 1]!, vertices[c + 2]! - vertices[a + 2]!];
    const [x, y, z] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
    for (const corner of [a, b, c]) {
      normals[corner]! += x;
      normals[corner + 1]! += y;
      normals[corner + 2]! += z;
    }
  }
  for (let at = 0; at < normals.length; at += 3) {
    const length = Math.sqrt(normals[at]! ** 2 + normals[at + 1]! ** 2 + normals[at + 2]! ** 2);
    if (length === 0) continue;
    for (let axis = 0; axis < 3; axis += 1) normals[at + axis]! /= length;
  }
  return normals;
}
