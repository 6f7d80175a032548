import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { testPod } from '../testing/worker-host.ts'
import type { Container, Node, PodSpec } from '../types.ts'
import { admit, Usage } from './admission.ts'
import { podRequests, qosClass, quantity } from './resources.ts'

const node: Node = {
  metadata: { name: 'n1', labels: { disk: 'ssd' } },
  status: { allocatable: { cpu: '2', memory: '1Gi', pods: '3' } },
}
const asks = (name: string, cpu?: string, memory?: string, more: Partial<Container> = {}): Container => ({
  name,
  resources: { requests: { ...(cpu === undefined ? {} : { cpu }), ...(memory === undefined ? {} : { memory }) } },
  ...more,
})
const pod = (spec: Partial<PodSpec>) => testPod(spec)

describe('admission', () => {
  test('until CPU, memory or pods are used up; what is removed is free again', () => {
    const usage = new Usage()
    const half = pod({ containers: [asks('c', '1500m', '100Mi')] })
    expect(admit(half, usage.total, node)).toBeUndefined()
    usage.add('a', half)
    usage.add('a', half)
    expect(admit(half, usage.total, node)).toEqual({
      reason: 'OutOfcpu',
      message: "Node didn't have enough resource: cpu, requested: 1500, used: 1500, capacity: 2000",
    })
    expect(admit(pod({ containers: [asks('c', undefined, '1Gi')] }), usage.total, node)?.reason).toBe('OutOfmemory')
    usage.remove('a')
    usage.remove('a')
    expect(admit(half, usage.total, node)).toBeUndefined()
    for (const uid of ['a', 'b', 'c']) usage.add(uid, pod({ containers: [asks('c')] }))
    expect(admit(pod({ containers: [asks('c')] }), usage.total, node)).toEqual({
      reason: 'OutOfpods',
      message: "Node didn't have enough resource: pods, requested: 1, used: 3, capacity: 3",
    })
  })

  test('a node selector that does not fit', () => {
    expect(admit(pod({ nodeSelector: { disk: 'ssd' } }), {}, node)).toBeUndefined()
    expect(admit(pod({ nodeSelector: { disk: 'hdd' } }), {}, node)?.reason).toBe('NodeAffinity')
  })
})

describe('what a pod requests', () => {
  const cpu = (spec: Partial<PodSpec>): string | undefined => podRequests(pod(spec)).cpu?.text

  test.for([
    ['the sum of its containers', { containers: [asks('a', '100m'), asks('b', '1')] }, '1100m'],
    ['or its largest init container', { containers: [asks('a', '100m')], initContainers: [asks('i', '2'), asks('j', '1')] }, '2'],
    ['sidecars always', { containers: [asks('a', '1')], initContainers: [asks('s', '1', undefined, { restartPolicy: 'Always' })] }, '2'],
    [
      'an init container beside the sidecars before it',
      { containers: [asks('a', '100m')], initContainers: [asks('s', '1', undefined, { restartPolicy: 'Always' }), asks('i', '2')] },
      '3',
    ],
    ['overhead on top', { containers: [asks('a', '1')], overhead: { cpu: '250m' } }, '1250m'],
    ['what it says for the whole', { containers: [asks('a', '1')], resources: { requests: { cpu: '5' } } }, '5'],
    ['a limit where no request is', { containers: [{ name: 'a', resources: { limits: { cpu: '3' } } }] }, '3'],
  ] as [string, Partial<PodSpec>, string][])('%s', ([, spec, sum]) => {
    expect(cpu(spec)).toBe(sum)
  })

  test('the largest init container beside the sidecars before it, of each resource', () => {
    const requests = fc.dictionary(fc.constantFrom('cpu', 'memory', 'example.com/a'), fc.integer({ min: 0, max: 9 }), { maxKeys: 3 })
    const one = fc.record({ requests, sidecar: fc.boolean() })
    fc.assert(
      fc.property(fc.array(one, { maxLength: 6 }), fc.array(requests, { minLength: 1, maxLength: 3 }), (init, main) => {
        const spec: Partial<PodSpec> = {
          containers: main.map((r, i) => ({ name: `c${i}`, resources: { requests: r } })),
          initContainers: init.map((c, i) => ({
            name: `i${i}`,
            resources: { requests: c.requests },
            ...(c.sidecar ? { restartPolicy: 'Always' as const } : {}),
          })),
        }
        for (const name of ['cpu', 'memory', 'example.com/a']) {
          let [running, peak] = [0, 0]
          for (const c of init) {
            const asked = c.requests[name] ?? 0
            peak = Math.max(peak, running + asked)
            if (c.sidecar) running += asked
          }
          const expected = Math.max(
            main.reduce((n, r) => n + (r[name] ?? 0), running),
            peak,
          )
          expect(quantity(podRequests(pod(spec))[name]?.text)).toBe(expected)
        }
      }),
    )
  })

  test('quality of service', () => {
    const both = { cpu: '1', memory: '1Gi' }
    expect(qosClass(pod({ containers: [asks('a')] }))).toBe('BestEffort')
    expect(qosClass(pod({ containers: [asks('a', '1')] }))).toBe('Burstable')
    expect(qosClass(pod({ containers: [{ name: 'a', resources: { limits: both } }] }))).toBe('Guaranteed')
    expect(qosClass(pod({ containers: [{ name: 'a', resources: { limits: both, requests: { ...both, cpu: '500m' } } }] }))).toBe(
      'Burstable',
    )
    expect(qosClass(pod({ containers: [{ name: 'a', resources: { limits: both } }, asks('b')] }))).toBe('Burstable')
  })

  test('quantities as numbers', () => {
    expect([quantity('250m'), quantity('64Mi'), quantity(2), quantity(undefined), quantity('x')]).toEqual([0.25, 67108864, 2, 0, 0])
  })
})
