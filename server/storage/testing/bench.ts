import { parseArgs } from 'node:util'
import type { Storage } from '../contract.ts'

/** Rates of one backend: `node server/storage/testing/bench.ts --sqlite FILE | --etcd URL [--seconds 3] [--callers 40] [--bytes 1500]`. */
const { values: flags } = parseArgs({
  options: {
    sqlite: { type: 'string' },
    etcd: { type: 'string' },
    seconds: { type: 'string', default: '3' },
    callers: { type: 'string', default: '40' },
    bytes: { type: 'string', default: '1500' },
  },
})
const print = (line: string) => process.stdout.write(`${line}\n`)
const value = Buffer.alloc(Number(flags.bytes), 'v')
const callers = Number(flags.callers)
const run = `/registry/bench/${Date.now()}/`

async function open(): Promise<Storage> {
  if (flags.sqlite !== undefined) return (await import('../sqlite/open.ts')).openSqliteStorage({ path: flags.sqlite })
  if (flags.etcd !== undefined) return (await import('../etcd3/open.ts')).openEtcdStorage({ endpoints: flags.etcd.split(',') })
  throw new Error('say --sqlite FILE or --etcd URL')
}

/** Runs `work` from all callers at once for the given time and prints rate and latency. */
async function measure(name: string, work: (i: number) => Promise<unknown>): Promise<void> {
  const latencies: number[] = []
  const start = performance.now()
  const end = start + Number(flags.seconds) * 1000
  const cpu = process.cpuUsage()
  let i = 0
  await Promise.all(
    Array.from({ length: callers }, async () => {
      for (let began = performance.now(); began < end; began = performance.now()) {
        await work(i++)
        latencies.push(performance.now() - began)
      }
    }),
  )
  const { user, system } = process.cpuUsage(cpu)
  latencies.sort((a, b) => a - b)
  const at = (share: number) => (latencies[Math.floor(latencies.length * share)] ?? 0).toFixed(2)
  const rate = Math.round((latencies.length / (performance.now() - start)) * 1000)
  const perCall = Math.round((user + system) / latencies.length)
  print(`${name}: ${rate}/s, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ${perCall} µs CPU a call`)
}

const storage = await open()
const revisions: number[] = []
let delivered = 0
const watch = storage.watch('/registry/', (await storage.currentRevision()) + 1, {
  events: (batch) => void (delivered += batch.length),
  progress() {},
  closed: (error) => void (error && print(`watch ended: ${error.message}`)),
})
const key = (i: number) => `${run}ns-${i % 20}/pod-${i}`
await measure('create, one watch of everything', async (i) => {
  revisions[i] = await storage.create(key(i), value)
})
// Events follow their acknowledgements by a turn of the event loop, over a network by a little more.
while (delivered < revisions.length) await new Promise((resume) => setImmediate(resume))
print(`events delivered: ${delivered} of ${revisions.length}`)
watch.close()
await measure('get', (i) => storage.get(key((i * 7919) % revisions.length)))
await measure('current revision', () => storage.currentRevision())
const began = performance.now()
const { items } = await storage.list(run)
print(`list of ${items.length}: ${Math.round(performance.now() - began)} ms`)
print(`resident ${Math.round(process.memoryUsage.rss() / 1e6)} MB, store ${Math.round((await storage.stats()).sizeBytes / 1e6)} MB`)
await storage.close()
