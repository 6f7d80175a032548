import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { etcd, h2load } from '../programs.ts'
import { nodeBin, root, say } from '../setup.mjs'
import { memory, ours, reference, type Spec, versionOf } from './contestants.ts'
import type { FanoutFigures } from './fanout.ts'
import { load, type LoadFigures } from './load.ts'
import { least, most, print, type Row } from './table.ts'

/** `npm run bench [-- --runs N --pods N --only NAME]`: the loads that performance is judged by, side by side in one table. */
const exec = promisify(execFile)
const option = (name: string, fallback: string): string => {
  const i = process.argv.indexOf(`--${name}`)
  return i < 0 ? fallback : (process.argv[i + 1] ?? fallback)
}
const runs = Number(option('runs', '1'))
const pods = Number(option('pods', '5000'))
const only = option('only', '')

interface Figures extends LoadFigures, FanoutFigures {
  startMs: number
  restMB: number
  peakMB: number
}

const ROWS: readonly Row<Figures>[] = [
  { label: 'creates/s', of: (f) => f.create, digits: 0, embedded: least(3), etcd: least(1.5) },
  { label: 'gets/s', of: (f) => f.get, digits: 0, embedded: least(3), etcd: least(3) },
  { label: 'lists/s, resourceVersion=0', of: (f) => f.listAny, digits: 1, embedded: least(3), etcd: least(3) },
  { label: 'lists/s', of: (f) => f.list, digits: 1, embedded: least(3), etcd: least(3) },
  { label: 'gzipped lists/s', of: (f) => f.listGzip, digits: 1, embedded: least(8), etcd: least(8) },
  { label: 'lists of 500/s', of: (f) => f.list500, digits: 0, embedded: least(3), etcd: least(3) },
  { label: 'MB of one list', of: (f) => f.listMB, digits: 1 },
  { label: 'watch deliveries/s', of: (f) => f.perSecond, digits: 0, embedded: least(2), etcd: least(2) },
  { label: 'delivery p50, ms', of: (f) => f.p50, digits: 1 },
  { label: 'delivery p99, ms', of: (f) => f.p99, digits: 1, embedded: most(1 / 4), etcd: most(1 / 4) },
  { label: 'watches opened again', of: (f) => f.rewatches, digits: 0 },
  { label: 'start to /readyz, ms', of: (f) => f.startMs, digits: 0, embedded: most(1 / 5) },
  { label: 'MB at rest', of: (f) => f.restMB, digits: 0, embedded: most(1 / 3) },
  { label: 'MB at its peak', of: (f) => f.peakMB, digits: 0, embedded: most(1 / 4) },
]

const SETTLE_MS = 2000

async function measure(spec: Spec, h2loadPath: string): Promise<Figures> {
  const dir = mkdtempSync(join(tmpdir(), 'binnacle-load-'))
  const c = await spec.start()
  try {
    await new Promise((r) => setTimeout(r, SETTLE_MS))
    const restMB = memory(c.pids).now
    const figures = await load(h2loadPath, c.url, c.token, pods, dir)
    const { stdout } = await exec(nodeBin, [join(root, 'tools/bench/fanout.ts'), c.url, c.token, '200', '600', '300'])
    const fanout = JSON.parse(stdout) as FanoutFigures
    return { ...figures, ...fanout, startMs: c.startMs, restMB, peakMB: memory(c.pids).peak }
  } finally {
    await c.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

const tool = h2load()
if (tool.path === undefined) {
  say(`The benchmark cannot run: ${tool.why}.`)
  process.exit(1)
}
const assets = process.env.KUBEBUILDER_ASSETS
const base = reference(assets)
// The same etcd for both sides: the reference's own where there is one.
const etcdPath = typeof base === 'string' ? etcd().path : join(assets!, 'etcd')
const specs: Spec[] = [ours(), ...(etcdPath === undefined ? [] : [ours(etcdPath)]), ...(typeof base === 'string' ? [] : [base])]
if (typeof base === 'string') say(`No reference: ${base}.`)
if (etcdPath !== undefined) say(versionOf(etcdPath))
const results = new Map<string, Figures[]>()
for (let run = 1; run <= runs; run++) {
  for (const spec of specs.filter((s) => only === '' || s.name === only)) {
    say(`Run ${run} of ${runs}: ${spec.name} …`)
    const figures = await measure(spec, tool.path)
    const list = results.get(spec.name)
    if (list === undefined) results.set(spec.name, [figures])
    else list.push(figures)
  }
}
print(ROWS, results)
