import { join } from 'node:path'
import { configDefaults, defineConfig } from 'vitest/config'
import unit from './vitest.config.ts'

// Workers take these over. A locale need not be installed: Node brings the languages with it.
Object.assign(process.env, { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' })

const shared = {
  testTimeout: unit.test?.testTimeout ?? 0,
  setupFiles: ['properties.setup.ts', 'another-day.ts'].map((file) => join(import.meta.dirname, file)),
}

/**
 * The unit tests once more, on another day, in another zone and in another language: a test that depends on one of them passes on the
 * machine where it was written. All of them but those where nothing is told of time and much time is spent: stores with their threads and
 * processes, the gateway's sockets, the long searches of the codecs and caches, and what counts
 * steps.
 */
export default defineConfig({
  root: unit.root ?? '',
  test: {
    maxWorkers: '100%',
    projects: [
      {
        test: {
          ...shared,
          name: 'server',
          include: ['{server,e2e/reference}/**/*.test.ts'],
          exclude: [
            ...configDefaults.exclude,
            'server/{storage,cache}/**',
            'server/gateway/{gateway,watch,lines}.test.ts',
            'server/codec/protobuf/**',
            'server/machinery/json.test.ts',
            // V8 counts steps only of modules that such a test is the first to load.
            '**/*{steps,scaling}.test.ts',
          ],
          // Its modules keep no state that a test could see, so a worker loads them once, not once a file: half of the time.
          isolate: false,
        },
      },
      { test: { ...shared, name: 'window', include: ['{renderer,electron,tools}/**/*.test.{ts,tsx}'] } },
    ],
  },
})
