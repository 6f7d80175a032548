import { describe, expect, test } from 'vitest'
import { structureOfSchema } from '../../extensions/structure-of-schema.ts'
import { FieldManager } from '../../fieldmanager/field-manager.ts'
import { UNTYPED } from '../../fieldmanager/structure.ts'
import { sameShape } from '../../fieldmanager/testing/arbitraries.ts'
import type { TypedVersion } from '../../fieldmanager/updater.ts'
import { MAX_DEPTH } from '../../machinery/json.ts'
import { copyJson } from '../../machinery/copy-json.ts'
import { atOnce, type Pausing } from '../../machinery/slice.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { StrategyContext } from '../generic/strategy.ts'
import { CustomForm, CustomSchema } from './custom-schema.ts'
import { customStrategy } from './custom-strategy.ts'

const text = { type: 'string' }
const item = { type: 'object', properties: { name: text, note: { ...text, anyOf: [{ minLength: 1 }, { pattern: '^a' }] } } }
const properties = {
  map: { type: 'object', additionalProperties: text },
  free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  items: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], items: item },
  set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
}
const kind = { group: 'e.com', kind: 'Big', identity: 'a', preserveUnknownFields: false }
const schema = new CustomSchema(kind, 'v1', () => ({ type: 'object', properties: { spec: { type: 'object', properties } } }))
const form = new CustomForm([schema], schema, schema)
const rules = { group: 'e.com', resource: 'bigs', kind: 'Big', schema, hasStatus: false, scale: undefined, isTerminating: () => false }
const strategy = customStrategy(rules)
const v1: TypedVersion = { apiVersion: 'e.com/v1', structure: structureOfSchema(schema.structural, UNTYPED, false) }
const manager = new FieldManager({
  ...{ version: v1, kind: 'Big', subresource: '' },
  versions: { version: () => v1, convert: sameShape },
  empty: () => ({ apiVersion: 'e.com/v1', kind: 'Big', metadata: {} }),
})
const by = (name: string): { manager: string; now: number } => ({ manager: name, now: 0 })
const context = {} as StrategyContext

const list = <T>(n: number, each: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => each(i))
const fields = (n: number): object => Object.fromEntries(list(n, (i) => [`k${(i * 7919) % n}`, 'v']))
const shapes: Readonly<Record<string, (n: number) => object>> = {
  map: (n) => ({ map: fields(n) }),
  free: (n) => ({ free: fields(n) }),
  items: (n) => ({ items: list(n, (i) => ({ name: `n${i}`, note: 'a' })) }),
  set: (n) => ({ set: list(n, (i) => `v${i}`) }),
}
const big = (spec: object): KubeObject => ({ apiVersion: 'e.com/v1', kind: 'Big', metadata: { name: 'a', namespace: 'b' }, spec })
const applied = (obj: KubeObject): KubeObject => atOnce(manager.apply(undefined, copyJson(obj), by('first'), false))

/** What a write of an object does with all of it. */
const works: Readonly<Record<string, (obj: KubeObject, half: KubeObject) => Pausing<unknown>>> = {
  decoding: (obj) => schema.decoding(obj, 'Strict'),
  normalizing: (obj) => schema.normalizing(obj),
  validating: (obj, half) => strategy.validating!(obj, half, context),
  encoding: (obj) => form.encoding(obj),
  'owners of a new one': (obj) => manager.update(undefined, copyJson(obj), by('a')),
  'owners of a changed one': (obj, half) => manager.update(applied(half), { ...copyJson(obj) }, by('a')),
  'apply of a new one': (obj) => manager.apply(undefined, obj, by('a'), false),
  'apply that takes away': (obj, half) => manager.apply(applied(obj), half, by('first'), false),
}

/** All work shares one count of values, so that there may be one pause more or less. */
function pauses(work: Pausing<unknown>): number {
  let count = 0
  while (work.next().done !== true) count++
  return count
}

describe.each(Object.entries(shapes))('%s', (name, shape) => {
  // No rule looks below what a schema says nothing of.
  const looked = Object.entries(works).filter(([what]) => name !== 'free' || what !== 'validating')
  test.each(looked)('%s pauses at least once in 2,048 values', (_, work) => {
    const of = (n: number): number => pauses(work(big(shape(n)), big(shape(n / 2))))
    const [few, many] = [of(8_192), of(16_384)]
    expect(many - few).toBeGreaterThanOrEqual(3)
  })
})

test.each(Object.entries(works))('%s: an object that is as deep as bodies may be', (_, work) => {
  const deep = (leaf: string): KubeObject => {
    let value: object = { a: leaf }
    for (let level = 0; level < MAX_DEPTH - 4; level++) value = { a: value }
    return big({ free: value })
  }
  expect(() => pauses(work(deep('b'), deep('c')))).not.toThrow()
})
