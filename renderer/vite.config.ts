import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** What `app/early.ts` is made of. */
const early = /[\\/](?:app[\\/]early|kube[\\/](?:fetch|api-error|json|session-key|types))\.ts$/

export default defineConfig({
  root: import.meta.dirname,
  base: '/',
  plugins: [react({ jsxImportSource: '#seen' })],
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
    rolldownOptions: {
      output: {
        codeSplitting: {
          // What the first page needs is one file: cut by which lazy part shares what, it was some seventy, each found by reading another.
          // The entry is in it: in a chunk of its own it would be the page's only script, and `early` would wait for all that it imports
          // instead of running at once. What it awaits while it is evaluated may be in no chunk that imports this one: both catalogues are in it.
          groups: [
            // A script of its own in the page, before the other: it runs as soon as it is there, while that is still on its way.
            { name: 'early', test: early, priority: 1 },
            { name: 'first', tags: ['$initial'] },
          ],
        },
      },
    },
  },
  worker: { format: 'es' },
})
