import { Connection, eachLine } from '../soak/http.ts'
import { memory, processorTime } from './contestants.ts'
import { createNamespace } from './load.ts'
import type { Cluster } from './loops-contestants.ts'

/** What is measured of a control plane's loops. Times in milliseconds, memory in MB. */
export interface LoopFigures {
  nodesReadyMs: number
  rolloutMs: number
  restMB: number
  peakMB: number
  /** What the nodes' own processes had at their peaks; 0 where they are part of the control plane. */
  nodesPeakMB: number
  /** Share of one processor, in %. */
  idlePercent: number
  nodesIdlePercent: number
  podsPerSecond: number
  bindP50: number
  bindP99: number
}

const LIMIT_MS = 600_000
const IN_FLIGHT = 50
const SETTLE_MS = 10_000
/** Making objects ends with collections of what that left: the first not before 8 s (V8's memory reducer), the last some seconds later. */
const REST_MS = 30_000
const NAMESPACE = 'bench'

const wait = (ms: number): Promise<void> => new Promise((r) => setTimeout(r, ms))

/** Makes `count` things, so many at a time. */
async function each(count: number, make: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) await make(next++)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
}

interface Seen {
  metadata: { name: string }
  spec?: { nodeName?: string }
  status?: { readyReplicas?: number; conditions?: { type: string; status: string }[] }
}

/** Follows a collection until `done` says so, from a new list when the server ends a watch; rejects at the limit. */
async function follow(api: Connection, path: string, done: (obj: Seen) => boolean): Promise<void> {
  const end = performance.now() + LIMIT_MS
  while (performance.now() < end) {
    const { items, metadata } = await api.json<{ items: Seen[]; metadata: { resourceVersion: string } }>('GET', path)
    if (items.some(done)) return
    const query = `${path.includes('?') ? '&' : '?'}watch=1&resourceVersion=${metadata.resourceVersion}`
    const stream = api.stream('GET', path + query)
    const timer = setTimeout(() => stream.close(), end - performance.now())
    const found = await new Promise<boolean>((resolve) => {
      stream.on('error', () => resolve(false))
      stream.on('close', () => resolve(false))
      eachLine(stream, (line) => {
        const { object } = JSON.parse(line.toString()) as { object: Seen }
        if (done(object)) resolve(true)
      })
    })
    clearTimeout(timer)
    stream.close()
    if (found) return
  }
  throw new Error(`${path}: not what it should be after ${LIMIT_MS / 1000} s`)
}

const isReady = ({ status }: Seen): boolean => status?.conditions?.some((c) => c.type === 'Ready' && c.status === 'True') === true

/** True once `count` different objects have been as they should. */
function all(count: number, good: (obj: Seen) => boolean): (obj: Seen) => boolean {
  const seen = new Set<string>()
  return (obj) => {
    if (good(obj)) seen.add(obj.metadata.name)
    return seen.size >= count
  }
}

const containers = [{ name: 'c', image: 'registry.example/bench:1' }]

/** A Deployment on nodes that take pods: created to all Ready; memory before and at the peak. */
export async function rollout(c: Cluster, nodes: number, pods: number): Promise<Partial<LoopFigures>> {
  const api = new Connection(c.url, c.token)
  try {
    const began = performance.now()
    await follow(api, '/api/v1/nodes', all(nodes, isReady))
    const nodesReadyMs = performance.now() - began
    await createNamespace(c.url, c.token, NAMESPACE)
    await wait(SETTLE_MS)
    const restMB = memory([...c.pids, ...c.nodePids]).now
    const labels = { app: 'bench' }
    const body = {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'bench' } },
      spec: { replicas: pods, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers } } },
    }
    const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`
    const created = performance.now()
    await api.json('POST', path, body)
    await follow(api, path, ({ status }) => (status?.readyReplicas ?? 0) >= pods)
    const rolloutMs = performance.now() - created
    const nodesPeakMB = memory(c.nodePids).peak
    return { nodesReadyMs, rolloutMs, restMB, peakMB: memory(c.pids).peak + nodesPeakMB, nodesPeakMB }
  } finally {
    api.close()
  }
}

/** Processor time of a cluster in which nothing happens, with so many objects. */
export async function idle(c: Cluster, objects: number, seconds: number): Promise<Partial<LoopFigures>> {
  const api = new Connection(c.url, c.token)
  try {
    await createNamespace(c.url, c.token, NAMESPACE)
    const make = (i: number): Promise<unknown> =>
      api.json('POST', `/api/v1/namespaces/${NAMESPACE}/configmaps`, {
        ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `idle-${i}` }, data: { text: 'x'.repeat(500) } },
      })
    await each(objects, make)
  } finally {
    api.close()
  }
  await wait(REST_MS)
  const before = [processorTime(c.pids), processorTime(c.nodePids)] as const
  await wait(seconds * 1000)
  const percent = (pids: readonly number[], at: number): number => ((processorTime(pids) - at) / seconds) * 100
  const nodesIdlePercent = percent(c.nodePids, before[1])
  return { idlePercent: percent(c.pids, before[0]) + nodesIdlePercent, nodesIdlePercent }
}

const podBody = (name: string): object => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name } },
  spec: {
    containers: [{ ...containers[0], resources: { requests: { cpu: '10m', memory: '16Mi' } } }],
    automountServiceAccountToken: false,
  },
})

/** Nodes as objects, ready and free of taints. */
async function addNodes(api: Connection, count: number): Promise<void> {
  await each(count, async (i) => {
    const name = `node-${i}`
    const amounts = { cpu: '32', memory: '256Gi', pods: '110' }
    const now = new Date().toISOString().replace(/\.\d+/, '')
    await api.json('POST', '/api/v1/nodes', {
      ...{ apiVersion: 'v1', kind: 'Node' },
      metadata: { name, labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `zone-${i % 3}` } },
      status: {
        ...{ capacity: amounts, allocatable: amounts },
        conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: now, lastTransitionTime: now }],
      },
    })
    const { status, body } = await api.call('PATCH', `/api/v1/nodes/${name}`, [{ op: 'replace', path: '/spec/taints', value: [] }], {
      'content-type': 'application/json-patch+json',
    })
    if (status !== 200) throw new Error(`taints of ${name}: ${status} ${body.toString().slice(0, 200)}`)
  })
}

/** From the first pod's creation, all at once, to the last one's node; then, at an even rate, from each one's creation to its node. */
export async function scheduling(
  c: Cluster,
  o: { nodes: number; pods: number; rate: number; seconds: number },
): Promise<Partial<LoopFigures>> {
  const [api, watching] = [new Connection(c.url, c.token), new Connection(c.url, c.token)]
  const pods = `/api/v1/namespaces/${NAMESPACE}/pods`
  try {
    await createNamespace(c.url, c.token, NAMESPACE)
    await addNodes(api, o.nodes)
    await wait(SETTLE_MS)
    const bound = ({ spec }: Seen): boolean => spec?.nodeName !== undefined
    const began = performance.now()
    const making = each(o.pods, (i) => api.json('POST', pods, podBody(`many-${i}`)))
    await Promise.all([making, follow(watching, pods, all(o.pods, bound))])
    const podsPerSecond = (o.pods * 1000) / (performance.now() - began)
    await wait(SETTLE_MS)
    const count = o.rate * o.seconds
    const starts = new Map<string, number>()
    const took: number[] = []
    const seen = follow(watching, `${pods}?labelSelector=paced`, ({ metadata, spec }) => {
      const at = starts.get(metadata.name)
      if (at !== undefined && spec?.nodeName !== undefined && starts.delete(metadata.name)) took.push(performance.now() - at)
      return took.length >= count
    })
    // The watch is open before the first pod is made.
    await wait(1000)
    const first = performance.now()
    for (let i = 0; i < count; i++) {
      const early = first + (i * 1000) / o.rate - performance.now()
      if (early > 0) await wait(early)
      const name = `paced-${i}`
      const body = podBody(name) as { metadata: object }
      starts.set(name, performance.now())
      api.json('POST', pods, { ...body, metadata: { name, labels: { paced: 'yes' } } }).catch((e: unknown) => void console.error(e))
    }
    await seen
    took.sort((a, b) => a - b)
    const quantile = (p: number): number => took[Math.min(took.length - 1, Math.floor(p * took.length))]!
    return { podsPerSecond, bindP50: quantile(0.5), bindP99: quantile(0.99) }
  } finally {
    api.close()
    watching.close()
  }
}
