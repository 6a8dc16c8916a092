import { defaultClientConditions, defineConfig } from 'vite';
import { WORKER_FILE, offlinePlugin } from './src/build/offline-plugin.ts';
import { policyPlugin } from './src/build/policy-plugin.ts';
import { staticFilesPlugin } from './src/build/static-files-plugin.ts';
import { PAGE_HEADERS } from './src/page-security.ts';

const { 'Content-Security-Policy': _policy, ...developmentHeaders } = PAGE_HEADERS;

export default defineConfig({
  // Relative addresses: the build works in any folder of any host.
  base: './',
  resolve: {
    // Our packages from source; ONNX Runtime's wasm from the addresses that the engine gives.
    conditions: ['onnxruntime-web-use-extern-wasm', '@mfim/source', ...defaultClientConditions],
  },
  worker: { format: 'es' },
  // Already one module each; prepared anew, they would reload the page at the first start.
  optimizeDeps: { exclude: ['onnxruntime-web'] },
  server: { headers: developmentHeaders },
  preview: { headers: { ...PAGE_HEADERS } },
  plugins: [staticFilesPlugin(), policyPlugin(), offlinePlugin()],
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: { index: 'index.html', 'service-worker': 'src/offline/service-worker.ts' },
      output: {
        entryFileNames: ({ name }) => (name === 'service-worker' ? WORKER_FILE : 'assets/[name]-[hash].js'),
      },
    },
  },
});
