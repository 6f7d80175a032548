import type { Arena, Attack, Run } from '../attack.ts'
import { Client, inNamespace, many, list } from '../client.ts'
import { Tally } from '../tally.ts'

const JSON_PATCH = 'application/json-patch+json'
const MERGE = 'application/merge-patch+json'
const STRATEGIC = 'application/strategic-merge-patch+json'
const APPLY = 'application/apply-patch+yaml'

interface Patch {
  resource: string
  object: object
  contentType: string
  body(): object | string
  query?: string
  times?: number
}

const NAME = 'patched'

function patch(name: string, o: Patch): Attack {
  const [, group = 'api/v1', resource = o.resource] = /^(.*)\/([a-z]+)$/.exec(o.resource) ?? []
  const path = (arena: Arena): string => inNamespace(arena, resource, group)
  return {
    name: `patches/${name}`,
    async prepare(arena): Promise<Run> {
      const made = o.body()
      const body = typeof made === 'string' ? made : JSON.stringify(made)
      const client = new Client(arena)
      await client.must({ method: 'POST', path: path(arena), body: { ...o.object, metadata: { name: NAME } } })
      return async () => {
        const tally = new Tally()
        await many(arena, arena.times(o.times ?? 1), 1, async () => {
          const { status } = await client.ask({
            method: 'PATCH',
            path: `${path(arena)}/${NAME}${o.query ?? ''}`,
            token: arena.target.token,
            contentType: o.contentType,
            body,
          })
          tally.add(status)
        })
        client.close()
        return tally
      }
    },
    async cleanUp(arena) {
      const client = new Client(arena)
      await client.must({ method: 'DELETE', path: `${path(arena)}/${NAME}` })
      client.close()
    },
  }
}

const map = { resource: 'configmaps', object: { apiVersion: 'v1', kind: 'ConfigMap', data: { a: 'b' } } }
const container = { name: 'c', image: 'i' }
const labels = { app: 'x' }
const deployment = {
  resource: 'apis/apps/v1/deployments',
  object: {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec: { containers: [container] } } },
  },
}
const inPod = (spec: object): object => ({ spec: { template: { spec } } })
const env = (n: number, value: string): object[] => list(n, (i) => ({ name: `e${i}`, value }))
const nested = (n: number): string => `${'{"a":'.repeat(n)}1${'}'.repeat(n)}`

export const patches: readonly Attack[] = [
  patch('copies that double', {
    ...map,
    contentType: JSON_PATCH,
    times: 5,
    body: () => list(27, (i) => ({ op: 'copy', from: '/data', path: `/data/c${i}` })),
  }),
  patch('10,000 operations', {
    ...map,
    contentType: JSON_PATCH,
    body: () => list(10_000, (i) => ({ op: 'add', path: `/data/k${i % 100}`, value: 'v' })),
  }),
  patch('10,000 operations on a long list', {
    ...map,
    contentType: JSON_PATCH,
    body: () => [
      { op: 'add', path: '/metadata/finalizers', value: list(100_000, (i) => `a/f${i}`) },
      ...list(9998, () => ({ op: 'remove', path: '/metadata/finalizers/0' })),
    ],
  }),
  patch('10,001 operations', {
    ...map,
    contentType: JSON_PATCH,
    body: () => list(10_001, () => ({ op: 'test', path: '/data/a', value: 'b' })),
  }),
  patch('10,000 comparisons', {
    ...map,
    contentType: JSON_PATCH,
    body: () => [
      { op: 'add', path: '/data/l', value: 'v'.repeat(500_000) },
      ...list(5000, () => ({ op: 'copy', from: '/data/a', path: '/data/b' })),
      ...list(4999, () => ({ op: 'test', path: '/metadata', value: {} })),
    ],
  }),
  patch('a path of 100,000 segments', {
    ...map,
    contentType: JSON_PATCH,
    times: 5,
    body: () => [{ op: 'add', path: '/a'.repeat(100_000), value: 1 }],
  }),
  patch('100,000 levels', { ...map, contentType: MERGE, times: 5, body: () => nested(100_000) }),
  patch('4,000 levels', { ...map, contentType: MERGE, times: 5, body: () => nested(4000) }),
  patch('4,000 levels, strategic', { ...map, contentType: STRATEGIC, times: 5, body: () => nested(4000) }),
  patch('100,000 duplicate keys', { ...map, contentType: MERGE, body: () => `{"data":{${list(100_000, () => '"a":"b"').join(',')}}}` }),
  patch('60,000 unknown fields', {
    ...map,
    contentType: JSON_PATCH,
    body: () => [{ op: 'add', path: '/x', value: {} }, ...list(9000, (i) => ({ op: 'add', path: `/x${i}`, value: 1 }))],
  }),
  patch('60,000 unknown fields, merged', { ...map, contentType: MERGE, body: () => Object.fromEntries(list(60_000, (i) => [`x${i}`, 1])) }),
  patch('6,000 variables, strategic', {
    ...deployment,
    contentType: STRATEGIC,
    times: 5,
    body: () => inPod({ containers: [{ ...container, env: env(6000, 'v') }] }),
  }),
  patch('6,000 ownerReferences, strategic', {
    ...map,
    contentType: STRATEGIC,
    times: 5,
    body: () => ({ metadata: { ownerReferences: list(6000, (i) => ({ apiVersion: 'v1', kind: 'Pod', name: `n${i}`, uid: `u${i}` })) } }),
  }),
  patch('order of 6,000, strategic', {
    ...deployment,
    contentType: STRATEGIC,
    times: 5,
    body: () =>
      inPod({
        containers: [
          { ...container, '$setElementOrder/env': list(6000, (i) => ({ name: `e${5999 - i}` })), env: env(6000, 'v').reverse() },
        ],
      }),
  }),
  patch('20,000 deletions, strategic', {
    ...map,
    contentType: STRATEGIC,
    times: 5,
    body: () => ({
      metadata: { '$deleteFromPrimitiveList/finalizers': list(20_000, (i) => `a/b${i}`), finalizers: list(20_000, (i) => `a/c${i}`) },
    }),
  }),
  patch('6,000 variables, applied', {
    ...deployment,
    contentType: APPLY,
    query: '?fieldManager=abuse&force=true',
    times: 3,
    body: () => ({ ...deployment.object, metadata: { name: NAME }, ...inPod({ containers: [{ ...container, env: env(6000, 'v') }] }) }),
  }),
]
