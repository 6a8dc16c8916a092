/**
 * Golden values for @mfim/faces: what the face-api library itself finds in pictures of people who do
 * not exist (npm fake-avatars). In an empty folder outside of the repository:
 *
 *     npm install @vladmandic/face-api@1.7.15 @tensorflow/tfjs@4.22.0 @tensorflow/tfjs-backend-wasm@4.22.0 fake-avatars@1.1.0 sharp
 *     node <repository>/tools/face-networks/reference/detections.js > <repository>/packages/faces/test/golden/detections.json
 *
 * The 256-pixel pictures are doubled to the detector's own 512 pixels first, and the landmarks are
 * those of a fixed crop of 112 pixels, so that both sides see the same input. Boxes are x, y, width,
 * height; landmarks x, y, x, y, .. in pixels of the crop.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

// These packages are installed in the folder that this is run from, not in the repository.
const fromHere = createRequire(join(process.cwd(), 'package.json'));
const tf = fromHere('@tensorflow/tfjs');
const wasm = fromHere('@tensorflow/tfjs-backend-wasm');
const faceapi = fromHere('@vladmandic/face-api/dist/face-api.node-wasm.js');
const sharp = fromHere('sharp');

const MODELS = join(dirname(fromHere.resolve('@vladmandic/face-api/package.json')), 'model');
const AVATARS = join(dirname(fromHere.resolve('fake-avatars/package.json')), 'avatars', 'png');
const PICTURES = ['5.png', '40.png', '100.png'];
const DETECTOR_SIZE = 512;
const CROP = { left: 72, top: 96, width: 112, height: 112 };

async function pixels(picture) {
  const { data, info } = await picture.removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return tf.tensor3d(new Uint8Array(data), [info.height, info.width, 3], 'int32');
}

async function describe(name) {
  const path = join(AVATARS, name);
  const large = await pixels(sharp(path).resize(DETECTOR_SIZE, DETECTOR_SIZE, { kernel: 'nearest' }));
  const found = await faceapi.detectAllFaces(large, new faceapi.SsdMobilenetv1Options({ minConfidence: 0.5 }));
  const faces = found.map(({ box, score }) => ({ box: [box.x, box.y, box.width, box.height], score }));
  const landmarks = await faceapi.nets.faceLandmark68Net.detectLandmarks(await pixels(sharp(path).extract(CROP)));
  return { name, crop: CROP, faces, landmarks: landmarks.positions.flatMap(({ x, y }) => [x, y]) };
}

wasm.setWasmPaths(`${dirname(fromHere.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
await tf.setBackend('wasm');
await faceapi.nets.ssdMobilenetv1.loadFromDisk(MODELS);
await faceapi.nets.faceLandmark68Net.loadFromDisk(MODELS);
const cases = [];
for (const name of PICTURES) cases.push(await describe(name));
const madeBy = 'tools/face-networks/reference/detections.js, @vladmandic/face-api 1.7.15 on tfjs-backend-wasm 4.22.0';
process.stdout.write(`${JSON.stringify({ madeBy, cases })}\n`);
