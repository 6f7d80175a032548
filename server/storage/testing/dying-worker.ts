import { parentPort } from 'node:worker_threads'

/** The database thread of the embedded store, which dies as a crash would end it when it is asked to write a key with `die` in it. */
parentPort?.on('message', (message: { writes?: unknown[] }) => {
  if (message.writes?.some((field) => typeof field === 'string' && field.includes('die')) === true) process.exit(7)
})
// After the listener above, so that the write is not done before it.
await import('../sqlite/worker.ts')
