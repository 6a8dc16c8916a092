import { defineConfig } from 'tsup';

export default defineConfig({
  entry: ['src/main.ts'],
  format: ['esm'],
  target: 'es2022',
  platform: 'node',
  dts: false,
  sourcemap: true,
  clean: true,
  tsconfig: 'tsconfig.build.json',
  // An optional dependency, which tsup would otherwise bundle with all that it may require.
  external: [/^@tensorflow\/tfjs-node/],
});
