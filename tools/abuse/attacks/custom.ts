import type { Arena, Attack, Run } from '../attack.ts'
import { type Ask, Client, dryRun, inNamespace, many, pause, list } from '../client.ts'
import { Tally } from '../tally.ts'

/** Large objects of a kind that somebody has defined: schemas decide how much work there is to do for each value. */
const GROUP = 'abuse.example'
const PLURAL = 'bigs'
const NAME = 'big'

const text = { type: 'string' }
const item = { type: 'object', required: ['name'], properties: { name: text, value: { type: 'integer', default: 3 } } }
const either = { anyOf: [{ minLength: 30 }, { pattern: '^b' }, { pattern: '^c' }, { pattern: '^v' }] }
const spec: Readonly<Record<string, object>> = {
  map: { type: 'object', additionalProperties: text },
  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  items: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: item },
  set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
  choices: { type: 'array', items: { ...text, ...either } },
}
const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${PLURAL}.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: { plural: PLURAL, kind: 'Big' },
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true },
        schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: spec } } } },
      },
    ],
  },
}
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

const map = (n: number): object => Object.fromEntries(list(n, (i) => [`k${(i * 7919) % n}`, 'v']))
const items = (n: number): object[] => list(n, (i) => ({ name: `n${i}` }))
const big = (fields: object): object => ({ apiVersion: `${GROUP}/v1`, kind: 'Big', metadata: { name: NAME }, spec: fields })

const path = (arena: Arena): string => inNamespace(arena, PLURAL, `apis/${GROUP}/v1`)
const post = (arena: Arena, fields: object): Ask => ({ method: 'POST', path: `${path(arena)}?${dryRun}`, body: big(fields) })
const apply = (arena: Arena, fields: object, manager = 'abuse', query = `&${dryRun}`): Ask => ({
  method: 'PATCH',
  path: `${path(arena)}/${NAME}?fieldManager=${manager}&force=true${query}`,
  contentType: 'application/apply-patch+yaml',
  body: big(fields),
})
const label = (arena: Arena, i: number): Ask => ({
  method: 'PATCH',
  path: `${path(arena)}/${NAME}`,
  contentType: 'application/merge-patch+json',
  body: { metadata: { labels: { i: String(i) } } },
})

const TRIES = 3

/** @param first what there is of the object when the attack begins */
function custom(name: string, ask: (arena: Arena, i: number) => Ask, first?: object): Attack {
  return {
    name: `custom objects/${name}`,
    async prepare(arena): Promise<Run> {
      const client = new Client(arena)
      await client.must({ method: 'POST', path: definitions, body: definition })
      // It is served a moment after it is established.
      while ((await client.ask({ path: path(arena), token: arena.target.token })).status !== '200') await pause(100)
      if (first !== undefined) await client.must(apply(arena, first, 'first', ''))
      const asks = list(TRIES, (i) => ask(arena, i)).map((each) => ({
        ...each,
        body: JSON.stringify(each.body),
        token: arena.target.token,
      }))
      return async () => {
        const tally = new Tally()
        await many(arena, asks.length, 1, async (i) => tally.add((await client.ask(asks[i]!)).status))
        client.close()
        return tally
      }
    },
    async cleanUp(arena) {
      const client = new Client(arena)
      await client.must({ method: 'DELETE', path: `${definitions}/${definition.metadata.name}` })
      while ((await client.ask({ path: `${definitions}/${definition.metadata.name}`, token: arena.target.token })).status === '200') {
        await pause(100)
      }
      client.close()
    },
  }
}

export const customObjects: readonly Attack[] = [
  custom('100,000 fields created', (arena) => post(arena, { map: map(100_000) })),
  custom('100,000 fields applied', (arena) => apply(arena, { map: map(100_000) })),
  custom('100,000 unknown fields applied', (arena) => apply(arena, { free: map(100_000) })),
  custom('70,000 items with keys created', (arena) => post(arena, { items: items(70_000) })),
  custom('70,000 items with keys applied', (arena) => apply(arena, { items: items(70_000) })),
  custom('100,000 values of a set created', (arena) => post(arena, { set: list(100_000, (i) => `v${i}`) })),
  custom('100,000 values with four alternatives', (arena) => post(arena, { choices: list(100_000, (i) => `v${i}`) })),
  // As large as a kube-apiserver lets one be stored with those who own its fields.
  custom('a label of 40,000 fields', label, { map: map(40_000) }),
  custom('40,000 fields that another one applies', (arena) => apply(arena, { map: map(40_000) }, 'other'), { map: map(40_000) }),
  custom('20,000 of 40,000 fields are not applied again', (arena) => apply(arena, { map: map(20_000) }, 'first'), { map: map(40_000) }),
  custom('half of 20,000 items are not applied again', (arena) => apply(arena, { items: items(10_000) }, 'first'), {
    items: items(20_000),
  }),
]
