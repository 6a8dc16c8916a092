import { defineConfig } from 'tsup';

const shared = {
  format: ['esm'],
  target: 'es2022',
  dts: true,
  sourcemap: true,
  tsconfig: 'tsconfig.build.json',
} as const;

export default defineConfig([
  { ...shared, format: ['esm'], entry: ['src/index.ts', 'src/browser.ts'], platform: 'neutral' },
  { ...shared, format: ['esm'], entry: ['src/node.ts'], platform: 'node' },
]);
