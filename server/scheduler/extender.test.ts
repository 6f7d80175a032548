import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { SchedulingAlgorithm, type Decision } from './algorithm.ts'
import { SchedulerCache } from './cache.ts'
import { failureMessage } from './diagnosis.ts'
import { HttpExtender } from './extender.ts'
import type { ExtenderConfiguration } from './config/types.ts'
import type { Pod } from '../client/objects.ts'
import { podInfo } from './pod-info.ts'
import { testHandle, testProfile } from './testing/handle.ts'
import { makeNode, makePod } from './testing/objects.ts'

type Answer = (verb: string, args: Record<string, unknown>) => { status?: number; body?: unknown } | Promise<{ body: unknown }>

let server: Server | undefined
const abort = new AbortController()
afterEach(() => server?.closeAllConnections())

async function serve(answer: Answer): Promise<string> {
  server = createServer((req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      const args = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Record<string, unknown>
      void Promise.resolve(answer(req.url ?? '', args)).then((a) => {
        res.statusCode = 'status' in a ? (a.status ?? 200) : 200
        res.end(JSON.stringify(a.body ?? null))
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function place(configurations: readonly ExtenderConfiguration[], names = ['a', 'b', 'c']): Promise<Decision> {
  const cache = new SchedulerCache()
  for (const name of names) cache.setNode(makeNode(name))
  const extenders = configurations.map((c) => new HttpExtender(c, abort.signal))
  const pod = podInfo(makePod('p', { cpu: '1' }))
  return new SchedulingAlgorithm(testProfile(testHandle(cache)), undefined, () => 0.999).decideWith(pod, cache.nodes, extenders)
}

const why = (d: Decision): string | undefined => (d.nodeName === undefined ? failureMessage(d.outcome, undefined) : d.nodeName)

describe('an extender', () => {
  test('takes nodes away by name, and says why', async () => {
    const seen: unknown[] = []
    const urlPrefix = await serve((verb, args) => {
      seen.push([verb, args.Nodes, args.NodeNames, (args.Pod as Pod).metadata.name])
      return {
        body: { NodeNames: [], FailedNodes: { a: 'too old', b: 'too old' }, FailedAndUnresolvableNodes: { b: 'broken', c: 'broken' } },
      }
    })
    const decision = await place([{ urlPrefix, filterVerb: 'filter', nodeCacheCapable: true }])
    expect(why(decision)).toBe('0/3 nodes are available: 1 too old, 2 broken.')
    expect(seen).toEqual([['/filter', null, ['a', 'b', 'c'], 'p']])
    expect(decision.nodeName === undefined && [...decision.rejectedBy]).toEqual(['Extender'])
  })

  test('without a cache of its own it is sent whole nodes; what it scores counts ten times its weight', async () => {
    const urlPrefix = await serve((verb, args) => {
      const { items } = args.Nodes as { items: { metadata: { name: string } }[] }
      if (verb === '/filter') return { body: { Nodes: { items: items.filter((n) => n.metadata.name !== 'a') }, NodeNames: null } }
      return { body: items.map((n) => ({ Host: n.metadata.name, Score: n.metadata.name === 'c' ? 10 : 0 })) }
    })
    const decision = await place([{ urlPrefix: `${urlPrefix}/`, filterVerb: 'filter', prioritizeVerb: 'prioritize', weight: 5 }])
    expect(why(decision)).toBe('c')
  })

  test.each([
    [['a'], 'expected at least one victim pod on node "a"'],
    [['a', 'b'], '[expected at least one victim pod on node "?", expected at least one victim pod on node "?"]'],
  ])('nobody makes room on a node that it alone refuses: %j', async (names, text) => {
    const urlPrefix = await serve(() => ({ body: { NodeNames: [], FailedNodes: { a: 'no', b: 'no' } } }))
    const cache = new SchedulerCache()
    for (const name of names) {
      cache.setNode(makeNode(name))
      cache.setPod(makePod(`on-${name}`, {}, { nodeName: name }))
    }
    const handle = testHandle(cache)
    const profile = testProfile(handle)
    const extender = new HttpExtender({ urlPrefix, filterVerb: 'filter', nodeCacheCapable: true }, abort.signal)
    const pod = podInfo(makePod('p', { cpu: '1' }, { priority: 10 }))
    const decision = await new SchedulingAlgorithm(profile, undefined, () => 0.999).decideWith(pod, cache.nodes, [extender])
    if (decision.nodeName !== undefined) throw new Error('a node was found')
    const room = await profile.points.postFilter.at(-1)!.postFilter!(pod, decision.outcome, decision.state)
    expect(room?.nominatedNodeName).toBeUndefined()
    // Which of two comes first is left to chance.
    expect(names.length === 1 ? room?.message : room?.message?.replaceAll(/"[ab]"/g, '"?"')).toBe(`preemption: ${text}`)
  })

  test('one that fails stops the pod, unless it may be ignored', async () => {
    const urlPrefix = await serve(() => ({ status: 500 }))
    await expect(place([{ urlPrefix, filterVerb: 'filter' }])).rejects.toThrow(
      `failed filter with extender at URL ${urlPrefix}/filter, code 500`,
    )
    expect(why(await place([{ urlPrefix, filterVerb: 'filter', ignorable: true }], ['a']))).toBe('a')
  })

  test('its own error, a node that was not asked about, and no answer in time', async () => {
    const own = await serve(() => ({ body: { Error: 'no licence' } }))
    await expect(place([{ urlPrefix: own, filterVerb: 'f' }])).rejects.toThrow('no licence')
    const strange = await serve(() => ({ body: { nodenames: ['z'] } }))
    await expect(place([{ urlPrefix: strange, filterVerb: 'f', nodeCacheCapable: true }])).rejects.toThrow(
      `extender "${strange}" claims a filtered node "z" which is not found in the input node list`,
    )
    const slow = await serve(() => new Promise<never>(() => undefined))
    await expect(place([{ urlPrefix: slow, filterVerb: 'f', httpTimeout: 1 }])).rejects.toThrow(
      `Post "${slow}/f": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    )
  })

  test('binds, and keeps fewer victims', async () => {
    const bodies: unknown[] = []
    const urlPrefix = await serve((verb, args) => {
      bodies.push(args)
      return { body: verb === '/bind' ? {} : { NodeNameToMetaVictims: { a: { Pods: [{ UID: 'v' }], NumPDBViolations: 1 } } } }
    })
    const extender = new HttpExtender({ urlPrefix, bindVerb: 'bind', preemptVerb: 'preempt', nodeCacheCapable: true }, abort.signal)
    const cache = new SchedulerCache()
    const node = cache.setNode(makeNode('a'))
    const victim = podInfo({ ...makePod('v'), metadata: { name: 'v', namespace: 'default', uid: 'v' } })
    node.addPod(victim)
    const pod = makePod('p')
    await extender.bind(pod, 'a')
    expect(bodies).toEqual([{ PodName: 'p', PodNamespace: 'default', PodUID: pod.metadata.uid, Node: 'a' }])
    expect(await extender.preempt(pod, [{ node, victims: [victim], violations: 0 }])).toEqual([{ node, victims: [victim], violations: 1 }])
    const meta = { a: { Pods: [{ UID: 'v' }], NumPDBViolations: 0 } }
    expect(bodies[1]).toEqual({ Pod: pod, NodeNameToVictims: null, NodeNameToMetaVictims: meta })
    const whole = new HttpExtender({ urlPrefix, preemptVerb: 'preempt' }, abort.signal)
    await whole.preempt(pod, [{ node, victims: [victim], violations: 2 }])
    const victims = { a: { Pods: [victim.pod], NumPDBViolations: 2 } }
    expect(bodies[2]).toEqual({ Pod: pod, NodeNameToVictims: victims, NodeNameToMetaVictims: null })
  })

  test('answers count in whatever case their fields are', async () => {
    const urlPrefix = await serve((verb) => {
      if (verb === '/filter') return { body: { nodenames: ['a', 'b'], failednodes: { c: 'no' } } }
      return { body: [{ HOST: 'b', score: 10 }] }
    })
    const asked = { filterVerb: 'filter', prioritizeVerb: 'prioritize', weight: 5, nodeCacheCapable: true }
    expect(why(await place([{ urlPrefix, ...asked }]))).toBe('b')
  })

  test('takes part only for pods that ask for what it manages', () => {
    const extender = new HttpExtender(
      { urlPrefix: 'http://x', managedResources: [{ name: 'example.com/a', ignoredByScheduler: true }] },
      abort.signal,
    )
    expect(extender.isInterested(makePod('p', { 'example.com/a': '1' }))).toBe(true)
    expect(extender.isInterested(makePod('p', { cpu: '1' }))).toBe(false)
    expect(extender.ignoredResources).toEqual(['example.com/a'])
  })
})
