import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { say } from '../setup.mjs'
import { heapMB, heapOf, heapTable, snapshotFlags } from './heap.ts'
import { Connection, eachLine } from './http.ts'
import { ServerUnderTest } from './server.ts'

/** `npm run soak -- --running [--pods N --nodes N --deployments N]`: how fast pods come to Running through every control loop of ours. */
export interface RunningOptions {
  pods: number
  nodes: number
  deployments: number
  /** It ends then, however many run. */
  limitMinutes: number
  /** Flags for the server's own node: a profile, a heap limit. */
  nodeFlags: readonly string[]
  /** Says at the end what the heap holds. */
  heap: boolean
  /** Keeps the folder (log, profile) and prints its name. */
  keep: boolean
}

const PROBE_MS = 20
const QUIET_MS = 5000
/** Between two lists of all nodes, which are 15 MB where there are five thousand. */
const NODES_MS = 1000

export async function measureRunning(o: RunningOptions): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'binnacle-running-'))
  const server = new ServerUnderTest(
    dir,
    ['--nodes', String(o.nodes), '--log-format', 'text'],
    [...o.nodeFlags, ...(o.heap ? snapshotFlags(dir) : [])],
  )
  await server.start()
  const client = new Connection(server.url, server.token)
  const watching = new Connection(server.url, server.token)
  const prober = new Connection(server.url, server.token)
  try {
    await nodesReady(client, o.nodes)
    const idle = server.usage()
    say(`${o.nodes} nodes ready: ${idle.rssMB.toFixed(0)} MB, ${idle.cpuSeconds.toFixed(1)} s of CPU`)
    const began = performance.now()
    const at: number[] = []
    const path = '/api/v1/pods?watch=1&resourceVersion=0&fieldSelector=status.phase%3DRunning'
    const watch = watching.stream('GET', path, { accept: 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1' })
    watch.on('error', () => undefined)
    eachLine(watch, (line) => {
      if (line.includes('"type":"ADDED"')) at.push(performance.now() - began)
    })
    const latencies: number[] = []
    const probe = setInterval(() => {
      const sent = performance.now()
      void prober.call('GET', '/api/v1/namespaces/default').then(() => latencies.push(performance.now() - sent))
    }, PROBE_MS)
    await createDeployments(client, o)
    while (at.length < o.pods && performance.now() - began < o.limitMinutes * 60_000) await pause(50)
    const [done, busy] = [at.at(-1) ?? 0, server.usage()]
    clearInterval(probe)
    await pause(QUIET_MS)
    const after = server.usage()
    latencies.sort((a, b) => a - b)
    const quantile = (p: number): string => (latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * p))] ?? 0).toFixed(1)
    const cpu = busy.cpuSeconds - idle.cpuSeconds
    say(`${at.length} of ${o.pods} pods Running in ${(done / 1000).toFixed(1)} s: ${((at.length * 1000) / done).toFixed(0)} pods/s`)
    say(
      `CPU ${cpu.toFixed(1)} s (${((cpu * 1000) / Math.max(1, at.length)).toFixed(2)} ms a pod, ${((100_000 * cpu) / done).toFixed(0)} % of one core), then ${(after.cpuSeconds - busy.cpuSeconds).toFixed(1)} s in ${QUIET_MS / 1000} s`,
    )
    say(`GET meanwhile: p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms, longest ${quantile(1)} ms (${latencies.length} probes)`)
    if (o.heap) {
      const heap = await heapOf(server.pid, dir)
      say(`heap ${heapMB(heap).toFixed(0)} MB\n${heapTable(heap, 25)}`)
    }
    say(`memory: ${after.rssMB.toFixed(0)} MB after, ${after.peakMB.toFixed(0)} MB at its peak`)
  } finally {
    for (const c of [client, watching, prober]) c.close()
    await server.end('SIGTERM')
    if (o.keep) say(`kept: ${dir}`)
    else rmSync(dir, { recursive: true, force: true })
  }
}

const pause = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms))

interface NodeList {
  items: { status?: { conditions?: { type: string; status: string }[] } }[]
}

async function nodesReady(client: Connection, wanted: number): Promise<void> {
  for (;;) {
    const { items } = await client.json<NodeList>('GET', '/api/v1/nodes')
    if (items.filter((n) => n.status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True')).length >= wanted) return
    await pause(NODES_MS)
  }
}

async function createDeployments(client: Connection, o: RunningOptions): Promise<void> {
  for (let i = 0; i < o.deployments; i++) {
    const labels = { app: `web-${i}` }
    const replicas = Math.floor(((i + 1) * o.pods) / o.deployments) - Math.floor((i * o.pods) / o.deployments)
    await client.json('POST', '/apis/apps/v1/namespaces/default/deployments', {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: `web-${i}` },
      spec: {
        replicas,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            containers: [
              { name: 'web', image: 'nginx:1.25', ports: [{ containerPort: 80 }], resources: { requests: { cpu: '1m', memory: '1Mi' } } },
            ],
          },
        },
      },
    })
  }
}
