import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createClient } from '../client/client.ts'
import { FakeClock } from '../machinery/clock.ts'
import type { NodeAgent } from './options.ts'
import { createSimulatedRuntime } from './runtimes/simulated/runtime.ts'
import { MAX_NODES, podCidrOf, startNodeAgent, startNodeAgents } from './start.ts'
import { FakeApi } from './testing/fake-api.ts'
import type { Node, Pod } from './types.ts'

/** A bound for a hung test, not a wait: conditions are met as soon as the loop turns. */
const eventually = { timeout: 20_000, interval: 5 }

let dir: string
let api: FakeApi
let clock: FakeClock
let close: (() => Promise<void>)[]

beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'node-agent-'))
  api = new FakeApi()
  clock = new FakeClock()
  close = []
})
afterEach(async () => {
  for (const c of close) await c()
  await rm(dir, { recursive: true, force: true })
})

const client = () => createClient(api, { userAgent: 'kubelet/test', clock })

async function start(): Promise<NodeAgent> {
  const runtime = createSimulatedRuntime({ clock, version: '0.1.0' })
  const agent = await startNodeAgent({ client: client(), clock, nodeName: 'n1', runtime, logDir: path.join(dir, 'n1') })
  close.push(() => agent.close())
  return agent
}

const node = (name = 'n1'): Node => api.objects.get(`nodes/${name}`) as Node
const pod = (name: string): Pod | undefined => api.objects.get(`pods/default/${name}`) as Pod | undefined

function bind(name: string, nodeName = 'n1', more: Partial<Pod['spec']> = {}): void {
  const spec = { nodeName, containers: [{ name: 'c', image: 'busybox', command: ['sleep', '1000'] }], ...more }
  api.put(`pods/default/${name}`, {
    metadata: { name, namespace: 'default', uid: `uid-${name}`, generation: 1 },
    spec,
    status: { phase: 'Pending', qosClass: 'BestEffort' },
  })
}

describe('node agent', () => {
  test('registers its node with what the machine has, says that it is simulated, and keeps its lease', async () => {
    const agent = await start()
    await agent.ready()
    const { metadata, spec, status } = node()
    expect(metadata.labels).toMatchObject({ 'kubernetes.io/hostname': 'n1', 'binnacle.dev/runtime': 'simulated' })
    expect(metadata.annotations?.['binnacle.dev/runtime']).toContain('simulated')
    expect(spec?.podCIDR).toBe('10.244.0.0/24')
    expect(status?.capacity).toMatchObject({
      cpu: String(os.availableParallelism()),
      memory: `${Math.floor(os.totalmem() / 1024)}Ki`,
      pods: '110',
    })
    expect(status?.daemonEndpoints?.kubeletEndpoint.Port).toBe(agent.port)
    expect(status?.nodeInfo).toMatchObject({ kernelVersion: os.release(), containerRuntimeVersion: 'simulated://0.1.0' })
    expect(status?.conditions?.map((c) => [c.type, c.status, c.reason])).toEqual([
      ['MemoryPressure', 'False', 'KubeletHasSufficientMemory'],
      ['DiskPressure', 'False', 'KubeletHasNoDiskPressure'],
      ['PIDPressure', 'False', 'KubeletHasSufficientPID'],
      ['Ready', 'True', 'KubeletReady'],
    ])
    const lease = (): { renewTime: string } => api.objects.get('leases/kube-node-lease/n1')?.spec as { renewTime: string }
    await vi.waitFor(() => expect(lease()).toMatchObject({ holderIdentity: 'n1', leaseDurationSeconds: 40 }), eventually)
    const before = lease().renewTime
    clock.advance(10_000)
    await vi.waitFor(() => expect(lease().renewTime > before).toBe(true), eventually)
  })

  test.skipIf(process.platform === 'win32')('its log is for this user only, in a folder that was there for everybody too', async () => {
    await mkdir(path.join(dir, 'n1'), { mode: 0o755 })
    await writeFile(path.join(dir, 'n1/kubelet.log'), 'before\n', { mode: 0o644 })
    const agent = await start()
    await agent.ready()
    const mode = async (name: string): Promise<string> => ((await stat(path.join(dir, name))).mode & 0o777).toString(8)
    expect([await mode('n1'), await mode('n1/kubelet.log')]).toEqual(['700', '600'])
    expect(await readFile(path.join(dir, 'n1/kubelet.log'), 'utf8')).toMatch(/^before\n/)
  })

  test('reports at once on change and every five minutes otherwise', async () => {
    const agent = await start()
    await agent.ready()
    const writes = (): number => api.requests.filter((r) => r === 'PATCH /api/v1/nodes/n1/status').length
    const beat = (): string => node().status!.conditions![3]!.lastHeartbeatTime
    const first = beat()
    await vi.waitFor(() => {
      if (writes() === 0) clock.advance(10_000)
      expect(writes()).toBe(1)
    }, eventually)
    expect(Date.parse(beat()) - Date.parse(first)).toBeGreaterThanOrEqual(300_000)
  })

  test('takes over a node of its name, whose taints are others’ to take off', async () => {
    const taints = [
      { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' },
      { key: 'mine', effect: 'NoSchedule' },
    ]
    api.put('nodes/n1', { metadata: { name: 'n1', uid: 'u', labels: { mine: 'x' } }, spec: { podCIDR: '10.9.0.0/24', taints }, status: {} })
    const agent = await start()
    await agent.ready()
    expect(node().spec?.taints).toEqual(taints)
    expect(node().metadata.labels).toMatchObject({ mine: 'x', 'kubernetes.io/hostname': 'n1' })
    bind('a')
    await vi.waitFor(() => expect(pod('a')?.status?.podIP).toMatch(/^10\.9\.0\./), eventually)
  })

  test('runs a bound pod with one status write, and removes it when it is deleted', async () => {
    const agent = await start()
    await agent.ready()
    bind('a')
    await vi.waitFor(() => expect(pod('a')?.status?.phase).toBe('Running'), eventually)
    expect(agent.podCount).toBe(1)
    expect(pod('a')?.status?.containerStatuses?.[0]?.containerID).toMatch(/^simulated:\/\/[0-9a-f]{64}$/)
    expect(pod('a')?.status?.conditions).toContainEqual(expect.objectContaining({ type: 'binnacle.dev/Simulated', status: 'True' }))
    expect(api.requests.filter((r) => r === 'PATCH /api/v1/namespaces/default/pods/a/status')).toHaveLength(1)
    const a = pod('a')!
    api.put('pods/default/a', {
      ...a,
      metadata: { ...a.metadata, deletionTimestamp: '2026-01-01T00:00:00Z', deletionGracePeriodSeconds: 30 },
    })
    await vi.waitFor(() => expect(pod('a')).toBeUndefined(), eventually)
    await vi.waitFor(() => expect(agent.podCount).toBe(0), eventually)
    const reasons = [...api.objects].filter(([k]) => k.startsWith('events/')).map(([, e]) => (e as unknown as { reason: string }).reason)
    expect(reasons).toEqual(expect.arrayContaining(['Starting', 'NodeReady', 'Pulled', 'Created', 'Started', 'Killing']))
  })

  test('an API server that is away: registration goes on, and nothing is lost', async () => {
    api.failure = new Error('connect ECONNREFUSED')
    const agent = await start()
    await vi.waitFor(
      async () => expect(await readFile(path.join(dir, 'n1/kubelet.log'), 'utf8')).toContain('Unable to register node'),
      eventually,
    )
    bind('a')
    api.failure = undefined
    await vi.waitFor(() => {
      clock.advance(30_000)
      expect(pod('a')?.status?.phase).toBe('Running')
    }, eventually)
    await agent.ready()
  })

  test('refuses what does not fit', async () => {
    const agent = await start()
    await agent.ready()
    bind('big', 'n1', { containers: [{ name: 'c', image: 'x', resources: { requests: { cpu: '1000' } } }] })
    await vi.waitFor(() => expect(pod('big')?.status).toMatchObject({ phase: 'Failed', reason: 'OutOfcpu' }), eventually)
    const capacity = os.availableParallelism() * 1000
    expect(pod('big')?.status?.message).toBe(
      `Pod was rejected: Node didn't have enough resource: cpu, requested: 1000000, used: 0, capacity: ${capacity}`,
    )
  })

  test('many nodes share one watch and keep to their own pods', async () => {
    const set = await startNodeAgents(5, {
      clientOf: client,
      reader: client(),
      clock,
      logDir: dir,
      runtimeOf: () => createSimulatedRuntime({ clock, version: '0.1.0' }),
    })
    close.push(() => set.close())
    await Promise.all(set.agents.map((a) => a.ready()))
    for (let i = 0; i < 20; i++) bind(`p${i}`, `binnacle-${i % 5}`)
    await vi.waitFor(() => {
      for (let i = 0; i < 20; i++) expect(pod(`p${i}`)?.status?.podIP).toMatch(new RegExp(`^10\\.244\\.${i % 5}\\.`))
    }, eventually)
    expect(set.agents.map((a) => a.podCount)).toEqual([4, 4, 4, 4, 4])
    expect(new Set(set.agents.map((a) => a.port)).size).toBe(5)
  })

  test('of both families: the node has a range of each, and its pods an address of each', async () => {
    const set = await startNodeAgents(1, {
      ...{ clientOf: client, reader: client(), clock, logDir: dir, podFamilies: ['IPv6', 'IPv4'] },
      runtimeOf: () => createSimulatedRuntime({ clock, version: '0.1.0' }),
    })
    close.push(() => set.close())
    await set.agents[0]!.ready()
    const ranges = ['fd00:10:244::/64', '10.244.0.0/24']
    expect(node('binnacle-0').spec).toMatchObject({ podCIDR: ranges[0], podCIDRs: ranges })
    bind('both', 'binnacle-0')
    bind('host', 'binnacle-0', { hostNetwork: true })
    await vi.waitFor(() => expect([pod('both')?.status?.phase, pod('host')?.status?.phase]).toEqual(['Running', 'Running']), eventually)
    const { podIP, podIPs = [] } = pod('both')!.status!
    expect(podIPs.map(({ ip }) => ip)).toEqual([expect.stringMatching(/^fd00:10:244::/), expect.stringMatching(/^10\.244\.0\./)])
    expect(podIP).toBe(podIPs[0]!.ip)
    expect(pod('host')!.status!.podIPs).toEqual([{ ip: '127.0.0.1' }])
  })

  test('pod ranges', () => {
    expect([podCidrOf(0), podCidrOf(255), podCidrOf(256), podCidrOf(3071)]).toEqual([
      '10.244.0.0/24',
      '10.244.255.0/24',
      '10.245.0.0/24',
      '10.255.255.0/24',
    ])
    expect([podCidrOf(0, 'IPv6'), podCidrOf(4999, 'IPv6')]).toEqual(['fd00:10:244::/64', 'fd00:10:244:1387::/64'])
    expect([podCidrOf(3072), podCidrOf(4999), podCidrOf(MAX_NODES - 1)]).toEqual(['100.64.0.0/24', '100.71.135.0/24', '100.127.255.0/24'])
    expect(() => podCidrOf(MAX_NODES)).toThrow(RangeError)
    expect(() => podCidrOf(-1)).toThrow(RangeError)
  })
})
