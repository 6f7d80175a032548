import { growth, steps } from '../machinery/testing/steps.ts'
import { expect, test } from 'vitest'
import type { Node, Pod, Volume } from '../client/objects.ts'
import { SchedulingAlgorithm } from './algorithm.ts'
import { SchedulerCache } from './cache.ts'
import { podInfo } from './pod-info.ts'
import { testHandle, testProfile } from './testing/handle.ts'
import { placing } from './testing/place.ts'
import { makeNode, makePod } from './testing/objects.ts'

const list = <T>(n: number, one: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => one(i))
const pod = (name: string, spec: object): Pod => makePod(name, {}, spec as NonNullable<Pod['spec']>)
const ports = (n: number, from: number): object => ({
  containers: list(n, (i) => ({ name: `c${i}`, image: 'x', ports: [{ containerPort: 1, hostPort: from + i, protocol: 'TCP' }] })),
})
const rbd = (n: number, image: string): object => ({
  volumes: list(n, (i): Volume => ({ name: `v${i}`, rbd: { monitors: ['a', 'b'], image: `${image}${i}` } }) as Volume),
})
const term = (i: number): object => ({ topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { [`k${i}`]: 'v' } } })

/** A pod of n of something that waits, and another of n that runs. */
test.each<[string, (n: number) => readonly [waiting: object, running: object]]>([
  ['host ports', (n) => [ports(n, 1), ports(n, 10_000)]],
  ['disks', (n) => [rbd(n, 'x'), rbd(n, 'y')]],
  ['containers', (n) => [ports(n, 0), {}]],
  [
    'resources',
    (n) => [{ containers: list(n, (i) => ({ name: `c${i}`, image: 'x', resources: { requests: { [`x.io/r${i}`]: '1' } } })) }, {}],
  ],
  ['tolerations', (n) => [{ tolerations: list(n, (i) => ({ key: `k${i}`, operator: 'Exists' })) }, {}]],
  ['node selectors', (n) => [{ nodeSelector: Object.fromEntries(list(n, (i) => [`k${i}`, 'v'])) }, {}]],
  [
    'terms for nodes',
    (n) => [
      {
        affinity: {
          nodeAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              nodeSelectorTerms: list(n, (i) => ({ matchExpressions: [{ key: `k${i}`, operator: 'Exists' }] })),
            },
          },
        },
      },
      {},
    ],
  ],
  ['terms against pods', (n) => [{ affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: list(n, term) } } }, {}]],
  [
    'terms against pods that wait',
    (n) => [{}, { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: list(n, term) } } }],
  ],
  [
    'spreads',
    (n) => [
      {
        topologySpreadConstraints: list(n, (i) => ({ ...term(i), topologyKey: `k${i}`, maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' })),
      },
      {},
    ],
  ],
])('a pod with twice as many %s takes twice as long to place', (_, make) => {
  const nodes = ['n1', 'n2'].map((name) => makeNode(name, { labels: { 'kubernetes.io/hostname': name } }))
  const place = ([waiting, running]: ReturnType<typeof make>): unknown => placing(pod('p', waiting), nodes, [[pod('q', running), 'n1']])
  expect(growth(100, make, place)).toBeLessThan(2.4)
})

test('a node that has room costs a plain pod a few steps, however many images it has', () => {
  const imaged = (i: number): Node => {
    const node = makeNode(`n${i}`)
    node.status!.images = [{ names: ['y:1'], sizeBytes: 1 }]
    return node
  }
  const eachNode = (images: number): number => {
    const info = podInfo(pod('p', { containers: list(images, (i) => ({ name: `c${i}`, image: `x${i}` })) }))
    const cost = (n: number): number => {
      const cache = new SchedulerCache()
      for (let i = 0; i < n; i++) cache.setNode(imaged(i))
      const algorithm = new SchedulingAlgorithm(testProfile(testHandle(cache)), undefined, () => 0.5)
      const decide = (): unknown => algorithm.decide(info, cache.nodes)
      decide()
      return steps(decide)
    }
    return (cost(90) - cost(45)) / 45
  }
  const one = eachNode(1)
  expect(one).toBeLessThan(70)
  // Each image is looked up, and that is all.
  expect(eachNode(10) - one).toBeLessThan(9 * 3)
})
