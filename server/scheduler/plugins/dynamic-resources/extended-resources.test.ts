import { expect, test } from 'vitest'
import type { DeviceClass } from '../../../client/objects-resource.ts'
import type { Container, Pod } from '../../../client/objects.ts'
import type { Lister } from '../../../client/store.ts'
import { classOf, requestsOf } from './extended-resources.ts'

const deviceClass = (name: string, creationTimestamp: string, extendedResourceName?: string): DeviceClass => ({
  metadata: { name, creationTimestamp },
  spec: extendedResourceName === undefined ? {} : { extendedResourceName },
})
const all = [
  deviceClass('old', '2026-01-01T00:00:00Z', 'example.com/gpu'),
  deviceClass('b', '2026-01-02T00:00:00Z', 'example.com/gpu'),
  deviceClass('a', '2026-01-02T00:00:00Z', 'example.com/gpu'),
  deviceClass('nic', '2026-01-03T00:00:00Z', 'example.com/nic'),
]
const classes = { list: () => all, get: (name: string) => all.find((c) => c.metadata.name === name) } as unknown as Lister<DeviceClass>

test('of several classes for one resource the newest counts, then the first by name; each has a name of its own', () => {
  const names = [
    'example.com/gpu',
    'deviceclass.resource.kubernetes.io/old',
    'example.com/other',
    'deviceclass.resource.kubernetes.io/none',
  ]
  expect(names.map((n) => classOf(n, classes)?.metadata.name)).toEqual(['a', 'old', undefined, undefined])
})

test('init containers take what later ones need, and share the rest of their needs', () => {
  const container = (name: string, gpus: number, more: object = {}): Container => ({
    ...{ name, resources: { requests: { cpu: '1', 'example.com/gpu': String(gpus), 'example.com/nic': '1' } } },
    ...more,
  })
  const pod = {
    metadata: { name: 'p' },
    spec: {
      initContainers: [container('small', 3), container('side', 1, { restartPolicy: 'Always' }), container('large', 5)],
      containers: [container('main', 2), { name: 'none' }],
    },
  } as Pod
  const { requests, mappings } = requestsOf(pod, ['example.com/gpu'], classes)
  // The first has three in all that come later; the third two of them, and three more.
  expect(requests.map((r) => [r.name, r.exactly?.count])).toEqual([
    ['container-1-request-1', 1],
    ['container-2-request-1', 3],
    ['container-3-request-1', 2],
  ])
  expect(mappings.map((m) => `${m.containerName} ${m.requestName}`)).toEqual([
    'side container-1-request-1',
    'main container-3-request-1',
    'small container-1-request-1',
    'small container-3-request-1',
    'large container-3-request-1',
    'large container-2-request-1',
  ])
})
