import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SchedulerCache } from './cache.ts'
import { podInfo } from './pod-info.ts'
import { listToResources, podAmounts } from './resources.ts'
import { makeNode, makePod } from './testing/objects.ts'

const amounts = (pod: Parameters<typeof podAmounts>[0]) => Object.fromEntries(podAmounts(pod))

describe('what a pod takes', () => {
  test('containers add up, with overhead on top', () => {
    const pod = makePod(
      'p',
      {},
      {
        containers: [
          { name: 'a', resources: { requests: { cpu: '250m', memory: '64Mi' } } },
          { name: 'b', resources: { requests: { cpu: '1', 'example.com/gpu': '2' } } },
        ],
        overhead: { cpu: '10m' },
      },
    )
    expect(amounts(pod)).toEqual({ cpu: 1260, memory: 64 * 2 ** 20, 'example.com/gpu': 2 })
  })

  test('a hungry init container counts when it needs more than the rest together', () => {
    const pod = makePod('p', { cpu: '1', memory: '1Gi' }, { initContainers: [{ name: 'i', resources: { requests: { cpu: '3' } } }] })
    expect(amounts(pod)).toEqual({ cpu: 3000, memory: 2 ** 30 })
  })

  test('sidecars run beside the containers and beside the init containers that follow them', () => {
    const pod = makePod(
      'p',
      { cpu: '1' },
      {
        initContainers: [
          { name: 'before', resources: { requests: { cpu: '2' } } },
          { name: 'sidecar', restartPolicy: 'Always', resources: { requests: { cpu: '500m' } } },
          { name: 'after', resources: { requests: { cpu: '1200m' } } },
        ],
      },
    )
    expect(amounts(pod)).toEqual({ cpu: 2000 })
    pod.spec!.initContainers![2]!.resources = { requests: { cpu: '1700m' } }
    expect(amounts(pod)).toEqual({ cpu: 2200 })
  })

  test('pod-level requests replace the sum, for cpu and memory only', () => {
    const pod = makePod('p', { cpu: '1', 'example.com/gpu': '1' }, { resources: { requests: { cpu: '3', 'example.com/gpu': '9' } } })
    expect(amounts(pod)).toEqual({ cpu: 3000, 'example.com/gpu': 1 })
  })

  test('a container being resized counts with the larger of what it has and what it wants', () => {
    const pod = makePod('p', { cpu: '1' })
    pod.status!.containerStatuses = [{ name: 'c', resources: { requests: { cpu: '1500m' } }, allocatedResources: { cpu: '1' } }]
    expect(amounts(pod)).toEqual({ cpu: 1500 })
  })

  test('for scoring, what asks for nothing counts as 100m and 200Mi', () => {
    const info = podInfo(makePod('p', { cpu: '2' }))
    expect([info.scoringCpu, info.scoringMemory]).toEqual([2000, 200 * 2 ** 20])
    expect(info.requests.memory).toBe(0)
  })

  test('allocatable keeps extended resources and hugepages, without pods', () => {
    expect(listToResources({ cpu: '2', pods: '110', 'hugepages-2Mi': '4Mi', 'example.com/gpu': '3' })).toEqual({
      milliCpu: 2000,
      memory: 0,
      ephemeralStorage: 0,
      scalars: new Map([
        ['hugepages-2Mi', 4 * 2 ** 20],
        ['example.com/gpu', 3],
      ]),
    })
  })
})

describe('SchedulerCache', () => {
  const NODES = ['n0', 'n1', 'n2']
  const step = fc.record({
    op: fc.constantFrom('assume', 'bound', 'forget', 'delete', 'node-gone', 'node-back'),
    pod: fc.nat(7),
    node: fc.nat(2),
  })
  const pods = Array.from({ length: 8 }, (_, i) =>
    makePod(
      `p${i}`,
      { cpu: `${100 + i}m`, memory: `${i}Mi`, ...(i % 2 ? { 'example.com/gpu': `${i}` } : {}) },
      {
        containers: [
          {
            name: 'c',
            resources: { requests: { cpu: `${100 + i}m`, memory: `${i}Mi`, ...(i % 2 ? { 'example.com/gpu': `${i}` } : {}) } },
            ports: [{ containerPort: 1, hostPort: 8000 + (i % 3) }],
          },
        ],
      },
    ),
  )

  test('whatever happens, the sums of a node are those of the pods on it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const cache = new SchedulerCache()
        for (const n of NODES) cache.setNode(makeNode(n))
        // The model: which pod is where, and whether that is only assumed.
        const where = new Map<number, { node: string; assumed: boolean }>()
        const present = new Set(NODES)
        for (const s of steps) {
          const pod = pods[s.pod]!
          const node = NODES[s.node]!
          const uid = pod.metadata.uid!
          if (s.op === 'assume') {
            cache.assume(podInfo(pod), node)
            where.set(s.pod, { node, assumed: true })
          } else if (s.op === 'bound') {
            cache.setPod({ ...pod, spec: { ...pod.spec, nodeName: node } })
            where.set(s.pod, { node, assumed: false })
          } else if (s.op === 'forget') {
            cache.forget(uid)
            if (where.get(s.pod)?.assumed === true) where.delete(s.pod)
          } else if (s.op === 'delete') {
            cache.removePod(uid)
            where.delete(s.pod)
          } else if (s.op === 'node-gone') {
            cache.removeNode(node)
            present.delete(node)
          } else {
            cache.setNode(makeNode(node))
            present.add(node)
          }
        }
        expect(new Set(cache.nodes.map((n) => n.name))).toEqual(present)
        for (const info of cache.nodes) {
          const here = [...where].filter(([, w]) => w.node === info.name).map(([i]) => podInfo(pods[i]!))
          expect(new Set(info.pods.keys())).toEqual(new Set(here.map((p) => p.uid)))
          const sum = (of: (p: (typeof here)[number]) => number): number => here.reduce((a, p) => a + of(p), 0)
          expect(info.requested.milliCpu).toBe(sum((p) => p.requests.milliCpu))
          expect(info.requested.memory).toBe(sum((p) => p.requests.memory))
          expect(info.requested.scalars?.get('example.com/gpu') ?? 0).toBe(sum((p) => p.requests.scalars?.get('example.com/gpu') ?? 0))
          expect(info.scoringCpu).toBe(sum((p) => p.scoringCpu))
          expect(info.scoringMemory).toBe(sum((p) => p.scoringMemory))
          for (const port of [8000, 8001, 8002]) {
            const taken = here.some((p) => p.hostPorts.some((h) => h.port === port))
            expect(info.usedPorts.conflicts({ ip: '10.0.0.1', protocol: 'TCP', port })).toBe(taken)
          }
        }
        // What was only assumed is forgotten, what is bound stays.
        for (const i of where.keys()) cache.forget(pods[i]!.metadata.uid!)
        const bound = [...where].filter(([, w]) => !w.assumed && present.has(w.node)).map(([i]) => pods[i]!.metadata.uid!)
        expect(new Set(cache.nodes.flatMap((n) => [...n.pods.keys()]))).toEqual(new Set(bound))
      }),
    )
  })
})
