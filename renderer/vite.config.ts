import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome140',
    // The gateway's policy allows scripts from its own origin only: nothing may be inlined as a data: URL.
    assetsInlineLimit: 0,
    // tools/notices.ts makes third-party-notices.txt of it.
    license: { fileName: 'third-party.json' },
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
  },
  worker: { format: 'es' },
})
