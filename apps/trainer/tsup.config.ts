import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineConfig } from 'tsup';
import { bundlePage } from './src/status/bundle-page.ts';
import { PAGE_FILES } from './src/status/page-assets.ts';

export default defineConfig({
  entry: ['src/main.ts'],
  format: ['esm'],
  target: 'es2022',
  platform: 'node',
  dts: false,
  sourcemap: true,
  clean: true,
  tsconfig: 'tsconfig.build.json',
  // tfjs-node: an optional dependency, which tsup would otherwise bundle with all that it may require.
  // esbuild: bundles the status page in a source checkout; the built package has it ready (below).
  external: [/^@tensorflow\/tfjs-node/, 'esbuild'],
  onSuccess: async () => {
    const { script, style } = await bundlePage();
    await writeFile(join('dist', PAGE_FILES.script), script);
    await writeFile(join('dist', PAGE_FILES.style), style);
  },
});
