import { describe, expect, test } from 'vitest'
import type { Pod, Service } from '../../client/objects.ts'
import { TriggerTimes } from './service-pods.ts'
import { subsetsOf, truncate } from './subsets.ts'

const service = (more: Service['spec'] = {}): Service => ({
  metadata: { name: 'web', namespace: 'default', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { clusterIP: '10.0.0.1', ports: [{ port: 80, targetPort: 'http' }], ...more },
})
const pod = (name: string, ip: string, port: number, ready: boolean, time = '2026-01-01T00:00:01Z'): Pod => ({
  metadata: { name, namespace: 'default', uid: name },
  spec: { nodeName: 'n', containers: [{ name: 'c', ports: [{ name: 'http', containerPort: port }] }] },
  status: {
    phase: 'Running',
    podIP: ip,
    podIPs: [{ ip }],
    conditions: [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: time }],
  },
})

describe('subsetsOf', () => {
  test('groups by port, ready apart from not ready, in the order of addresses', () => {
    const pods = [
      pod('a', '10.0.0.10', 8080, true),
      pod('b', '10.0.0.9', 8080, true),
      pod('c', '10.0.0.3', 8080, false),
      pod('d', '10.0.0.4', 9090, true),
    ]
    const subsets = subsetsOf(service(), pods)
    expect(subsets.map((s) => [s.addresses?.map((x) => x.ip), s.notReadyAddresses?.map((x) => x.ip), s.ports])).toEqual([
      [['10.0.0.9', '10.0.0.10'], ['10.0.0.3'], [{ port: 8080, protocol: 'TCP' }]],
      [['10.0.0.4'], undefined, [{ port: 9090, protocol: 'TCP' }]],
    ])
    expect(subsets[1]!.addresses![0]).toEqual({
      ip: '10.0.0.4',
      nodeName: 'n',
      targetRef: { kind: 'Pod', namespace: 'default', name: 'd', uid: 'd' },
    })
  })

  test('ports of the same pods stand together', () => {
    const two = service({
      ports: [
        { name: 'a', port: 80, targetPort: 'http' },
        { name: 'b', port: 81, targetPort: 7000 },
      ],
    })
    expect(subsetsOf(two, [pod('a', '10.0.0.1', 8080, true)])).toMatchObject([
      {
        ports: [
          { name: 'a', port: 8080, protocol: 'TCP' },
          { name: 'b', port: 7000, protocol: 'TCP' },
        ],
      },
    ])
  })

  test('pods that are going or have no address are left out, unless unready ones are published', () => {
    const going = pod('a', '10.0.0.1', 1, true)
    going.metadata.deletionTimestamp = '2026-01-01T00:00:00Z'
    const waiting: Pod = { metadata: { name: 'b', namespace: 'default' }, spec: {}, status: { phase: 'Pending' } }
    const done = pod('c', '10.0.0.2', 1, true)
    done.status!.phase = 'Succeeded'
    expect(subsetsOf(service(), [going, waiting, done])).toEqual([])
    expect(subsetsOf(service({ ports: [{ port: 1, targetPort: 1 }], publishNotReadyAddresses: true }), [going])).toHaveLength(1)
  })

  test('a thousand addresses at most, ready ones first', () => {
    const pods = Array.from({ length: 1010 }, (_, i) => pod(`p${i}`, `10.0.${i >> 8}.${i & 255}`, 1, i >= 20))
    const subsets = subsetsOf(service(), pods)
    expect(truncate(subsets)).toBe(true)
    expect([subsets[0]!.addresses!.length, subsets[0]!.notReadyAddresses!.length]).toEqual([990, 10])
    expect(truncate(subsets)).toBe(false)
  })

  // The original's own figures (endpoints_controller_test.go).
  test.each([
    ['not ready ones', [90, 110, 50, 10, 20], [101, 200, 200, 201, 298], [90, 110, 50, 10, 20], [73, 144, 144, 145, 214]],
    ['ready ones', [205, 400, 402, 400, 693], [100, 200, 200, 200, 300], [98, 191, 192, 191, 328], [0, 0, 0, 0, 0]],
  ])('each subset is cut in proportion: %s', (_, ready, notReady, keptReady, keptNotReady) => {
    const addresses = (n: number): { ip: string }[] => Array.from({ length: n }, () => ({ ip: '10.0.0.1' }))
    const subsets = ready.map((n, i) => ({ addresses: addresses(n), notReadyAddresses: addresses(notReady[i]!) }))
    expect(truncate(subsets)).toBe(true)
    expect(subsets.map((s) => s.addresses.length)).toEqual(keptReady)
    expect(subsets.map((s) => (s.notReadyAddresses as unknown[] | undefined)?.length ?? 0)).toEqual(keptNotReady)
  })
})

test('of a service not seen before the trigger time is its own, however old its pods are', () => {
  const old = pod('a', '10.0.0.1', 1, true, '2025-06-01T00:00:00Z')
  expect(new TriggerTimes().next(service(), [old])).toBe('2026-01-01T00:00:00Z')
})

test('addresses are those that Go prints', () => {
  const six = service({ ipFamilies: ['IPv6'] })
  expect(subsetsOf(six, [pod('a', '2001:0DB8:0::1', 1, true)])[0]!.addresses![0]!.ip).toBe('2001:db8::1')
})

test('the trigger time is that of the earliest change since last time', () => {
  const times = new TriggerTimes()
  const a = pod('a', '10.0.0.1', 1, true)
  expect(times.next(service(), [a])).toBe('2026-01-01T00:00:00Z')
  expect(times.next(service(), [a])).toBeUndefined()
  expect(
    times.next(service(), [pod('a', '10.0.0.1', 1, false, '2026-01-01T00:00:09Z'), pod('b', '10.0.0.2', 1, true, '2026-01-01T00:00:07Z')]),
  ).toBe('2026-01-01T00:00:07Z')
})
