import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { commandLine } from '../command-line.ts'
import { etcd, h2load } from '../programs.ts'
import { nodeBin, root, say } from '../setup.mjs'
import { memory, ours, reference, type Spec, versionOf } from './contestants.ts'
import type { FanoutFigures } from './fanout.ts'
import { createNamespace, load, type LoadFigures } from './load.ts'
import { restart, type RestartFigures } from './restart.ts'
import { least, most, print, type Row } from './table.ts'
import type { WriteFigures } from './writes.ts'

/** `npm run bench [-- --runs N --pods N --definitions N --only NAME]`: the loads that performance is judged by, side by side in one table. */
const exec = promisify(execFile)
const { runs, pods, only, definitions } = commandLine('The loads that performance is judged by, in one table beside a kube-apiserver.', {
  runs: { type: 'number', default: 1, help: 'How often; the table has medians.' },
  pods: { type: 'number', default: 5000, help: 'Pods that are made, read and listed.' },
  only: { type: 'string', default: '', help: 'One contestant by its name: "ours, SQLite", "ours, etcd", "reference".' },
  definitions: { type: 'number', default: 500, help: 'Definitions of custom resources that a start finds, with twenty objects each.' },
}).values

interface Figures extends LoadFigures, WriteFigures, RestartFigures {
  perSecond: number
  customPerSecond: number
  rewatches: number
  p50: number
  p99: number
  startMs: number
  restMB: number
  peakMB: number
}

const ROWS: readonly Row<Figures>[] = [
  { label: 'creates/s', of: (f) => f.create, digits: 0, embedded: least(4), etcd: least(2) },
  { label: 'gets/s', of: (f) => f.get, digits: 0, embedded: least(8), etcd: least(8) },
  { label: 'lists/s, resourceVersion=0', of: (f) => f.listAny, digits: 1, embedded: least(12), etcd: least(12) },
  { label: 'lists/s', of: (f) => f.list, digits: 1, embedded: least(12), etcd: least(12) },
  { label: 'gzipped lists/s', of: (f) => f.listGzip, digits: 1, embedded: least(25), etcd: least(25) },
  { label: 'lists of 500/s', of: (f) => f.list500, digits: 0, embedded: least(12), etcd: least(12) },
  { label: 'first gzipped protobuf list, ms', of: (f) => f.firstProtobufMs, digits: 0 },
  { label: 'gzipped protobuf lists/s', of: (f) => f.listProtobuf, digits: 1, embedded: least(5), etcd: least(5) },
  { label: 'MB of one list', of: (f) => f.listMB, digits: 1 },
  { label: 'watch deliveries/s', of: (f) => f.perSecond, digits: 0, embedded: least(4), etcd: least(4) },
  { label: 'delivery p50, ms', of: (f) => f.p50, digits: 1 },
  { label: 'delivery p99, ms', of: (f) => f.p99, digits: 1, embedded: most(1 / 4), etcd: most(1 / 4) },
  { label: 'watches opened again', of: (f) => f.rewatches, digits: 0 },
  { label: 'applies that create/s', of: (f) => f.applyCreate, digits: 0, embedded: least(3), etcd: least(3) },
  { label: 'applies that change nothing/s', of: (f) => f.applySame, digits: 0, embedded: least(3), etcd: least(3) },
  { label: 'applies that change a label/s', of: (f) => f.applyChange, digits: 0, embedded: least(3), etcd: least(3) },
  { label: 'nothing, with 10 managers/s', of: (f) => f.applySameOfTen, digits: 0, embedded: least(3), etcd: least(3) },
  { label: 'a label, with 10 managers/s', of: (f) => f.applyChangeOfTen, digits: 0, embedded: least(3), etcd: least(3) },
  { label: 'custom creates/s', of: (f) => f.customCreate, digits: 0, embedded: least(4), etcd: least(2) },
  { label: 'custom lists/s', of: (f) => f.customList, digits: 1, embedded: least(12), etcd: least(12) },
  { label: 'custom deliveries/s', of: (f) => f.customPerSecond, digits: 0, embedded: least(4), etcd: least(4) },
  { label: 'start to /readyz, ms', of: (f) => f.startMs, digits: 0, embedded: most(1 / 10) },
  { label: 'MB at rest', of: (f) => f.restMB, digits: 0, embedded: most(1 / 4) },
  { label: 'MB at its peak', of: (f) => f.peakMB, digits: 0, embedded: most(1 / 4) },
  { label: `${definitions} definitions: start, ms`, of: (f) => f.definedStartMs, digits: 0, embedded: most(1 / 4), etcd: most(1 / 4) },
  {
    label: `${definitions} definitions: all listed, ms`,
    of: (f) => f.definedServedMs,
    digits: 0,
    embedded: most(1 / 4),
    etcd: most(1 / 4),
  },
  { label: `${definitions} definitions: MB`, of: (f) => f.definedMB, digits: 0, embedded: most(1 / 4), etcd: most(1 / 4) },
]

const SETTLE_MS = 2000
const OBJECTS_OF_EACH = 20

/** What a program of this folder prints. A process of its own, so that the load's work is not this one's. */
async function program<T>(name: string, ...args: readonly string[]): Promise<T> {
  const { stdout } = await exec(nodeBin, [join(root, 'tools/bench', name), ...args])
  return JSON.parse(stdout) as T
}

async function measure(spec: Spec, h2loadPath: string): Promise<Figures> {
  const dir = mkdtempSync(join(tmpdir(), 'binnacle-load-'))
  const c = await spec.start()
  const { url, token, startMs } = c
  const fanout = (...args: string[]): Promise<FanoutFigures> => program<FanoutFigures>('fanout.ts', url, token, ...args)
  try {
    await new Promise((r) => setTimeout(r, SETTLE_MS))
    const restMB = memory(c.pids).now
    const loads = await load(h2loadPath, url, token, pods, dir)
    // As fast as it goes with many, and how late events are at a rate that both keep up with.
    const fast = await fanout('1000', '300', '100000')
    const even = await fanout('200', '600', '60')
    const peakMB = memory(c.pids).peak
    await createNamespace(url, token, 'writes')
    const writes = await program<WriteFigures>('writes.ts', url, token, 'writes')
    const custom = await fanout('200', '600', '100000', 'custom')
    const restarted = await restart(c, 'writes', definitions, OBJECTS_OF_EACH)
    const delivered = {
      perSecond: fast.perSecond,
      rewatches: fast.rewatches,
      p50: even.p50,
      p99: even.p99,
      customPerSecond: custom.perSecond,
    }
    return { ...loads, ...delivered, ...writes, ...restarted, startMs, restMB, peakMB }
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
