import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineConfig } from 'tsup';
import { bundlePage } from './src/status/bundle-page.ts';
import { PAGE_FILES } from './src/status/page-assets.ts';

export default defineConfig({
  // The others are started as processes of their own: to prove an engine, to take steps that are timed.
  entry: { main: 'src/main.ts', 'probe-process': 'src/engine/probe-process.ts', 'bench-process': 'src/bench/bench-process.ts' },
  format: ['esm'],
  target: 'es2022',
  platform: 'node',
  dts: false,
  sourcemap: true,
  clean: true,
  tsconfig: 'tsconfig.build.json',
  // tfjs-node, webgpu: optional dependencies, which tsup would otherwise bundle with all that they may require.
  // esbuild: bundles the status page in a source checkout; the built package has it ready (below).
  external: [/^@tensorflow\/tfjs-(node|backend-webgpu)/, 'webgpu', 'esbuild'],
  onSuccess: async () => {
    const { script, style } = await bundlePage();
    await writeFile(join('dist', PAGE_FILES.script), script);
    await writeFile(join('dist', PAGE_FILES.style), style);
  },
});
