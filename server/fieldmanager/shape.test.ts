import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { atOnce } from '../machinery/slice.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { ManagedFieldsEntry } from './managed-fields.ts'
import { RecentValues } from './recent.ts'
import { findingFields } from './fields-of.ts'
import { FieldsByShape, Shapes } from './shape.ts'
import { KIND, managerOfThings, objects, thing } from './testing/arbitraries.ts'
import { compareObjects, fieldsOf as fieldsOfObject } from './testing/at-once.ts'

const EMPTY = { apiVersion: 'test/v1', kind: 'Thing', metadata: {}, spec: { containers: null, nested: {} } }
/** As a Go type whose fields are pointers is written. */
const EMPTY_OF_POINTERS = { ...EMPTY, spec: { ...EMPTY.spec, replicas: null, paused: null, selector: null, args: null, free: null } }
const SHAPES = new Shapes(Number.POSITIVE_INFINITY)
type Shape = ReturnType<Shapes['of']>
const shapeOf = (s: typeof KIND, empty: object, object: unknown): Shape => SHAPES.of(empty, s, empty, object)
const shape = (spec: object, metadata: object = {}): Shape => shapeOf(KIND, EMPTY, thing(spec, metadata))
const added = (object: unknown, empty: object = EMPTY): object => {
  const c = compareObjects(KIND, empty, object)
  return [c.removed.toFieldsV1(), c.modified.toFieldsV1(), c.added.toFieldsV1()]
}

/** Another object with the same fields: what its plain values are is changed, where they name nothing. */
function revalued(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) return name === 'finalizers' ? value : value.map((item) => revalued(item))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, NAMES.has(k) ? v : revalued(v, k)]))
  return typeof value === 'string' ? `${value}!` : typeof value === 'number' ? value + 1 : value
}
const NAMES = new Set(['name', 'port', 'protocol', 'apiVersion', 'kind'])

describe('objects of one shape', () => {
  test.each([EMPTY, EMPTY_OF_POINTERS])('have the same fields added to an empty one', (empty) => {
    const seen = new Map<Shape, unknown>()
    fc.assert(
      fc.property(objects, (o) => {
        const text = shapeOf(KIND, empty, o)!
        expect(text).toBeDefined()
        if (seen.has(text)) expect(added(o, empty)).toEqual(seen.get(text))
        seen.set(text, added(o, empty))
        const other = revalued(o)
        expect(shapeOf(KIND, empty, other)).toBe(text)
        expect(added(other, empty)).toEqual(seen.get(text))
      }),
      { numRuns: 500 },
    )
  })

  test('and others have another shape', () => {
    const specs: object[] = [
      ...[{}, { replicas: 1 }, { replicas: null }, { paused: true }, { nested: {} }, { nested: { a: '' } }, { nested: null }],
      ...[{ args: [] }, { selector: {} }, { selector: { a: '' }, args: [''] }, { unknown: 1 }, { unknown: 1, replicas: 1 }],
      ...[{ containers: [] }, { containers: [{ name: 'a' }] }, { containers: [{ name: 'a' }, { name: 'a' }] }, { containers: null }],
      ...[
        { containers: [{ name: 'a', image: 'i' }] },
        { containers: [{ name: 'a' }], image: 'i' },
        { free: { q: [1] } },
        { free: { q: {} } },
      ],
      ...[
        { ports: [{ port: 80 }] },
        { ports: [{ port: 80, protocol: 'TCP' }] },
        { ports: [{ port: 81 }] },
        { free: 1 },
        { replicas: undefined },
      ],
    ]
    const shapes = specs.map((s) => shape(s))
    expect(new Set(shapes).size).toBe(specs.length)
    // Names that look like the text around others.
    const labels = [{ a: '' }, { 'a1 b': '' }, { a: '', b: '' }, { 'as1 b': '' }, { asb: '' }, { a: null }, { '1 a': '' }]
    expect(new Set(labels.map((l) => shape({}, { labels: l }))).size).toBe(labels.length)
    expect(shapeOf(KIND, EMPTY, { ...thing({}), kind: 'Other' })).not.toBe(shape({}))
  })

  test.each<[string, object]>([
    ['a number beyond 2⁵³', { replicas: 2n ** 60n }],
    ['an item that has no name', { containers: [{ image: 'a' }] }],
    ['a list where a map stands', { nested: [] }],
    ['too much', { free: Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`field-${i}`, 1])) }],
  ])('%s has none', (_, spec) => {
    expect(shape(spec)).toBeUndefined()
  })
})

test('shapes are forgotten when there are too many', () => {
  const shapes = new Shapes(1000)
  const of = (name: string): Shape => shapes.of(EMPTY, KIND, EMPTY, thing({}, { labels: { [name]: '' } }))
  const first = of('first')
  expect(of('first')).toBe(first)
  for (let i = 0; i < 50; i++) of(`label-${i}`)
  expect(of('first')).not.toBe(first)
  expect(of('first')).toBe(of('first'))
})

describe('what an applier says', () => {
  test('is found once for each shape, and is the same', () => {
    const byShape = new FieldsByShape()
    const found = (o: unknown): unknown => atOnce(byShape.get(KIND, KIND, undefined, o, () => findingFields(KIND, o)))
    fc.assert(
      fc.property(objects, (o) => {
        for (const object of [o, revalued(o)]) expect(found(object)).toEqual(fieldsOfObject(KIND, object))
      }),
      { numRuns: 500 },
    )
    expect(found(thing({ replicas: 1 }))).toBe(found(thing({ replicas: 2 })))
  })

  test('shares its entry with others of its shape, and has nothing of another object', () => {
    const manager = managerOfThings()
    const config = thing({ nested: { a: 'x' } }, { name: 'n', labels: { l: '1' } })
    const [one, other] = [structuredClone(config), structuredClone(config)].map((c) => manager.apply(undefined, c, by, false))
    expect(fieldsOf(one!)).toBe(fieldsOf(other!))
    expect(fieldsOf(one!)).toEqual({ 'f:metadata': { 'f:labels': { 'f:l': {} } }, 'f:spec': { 'f:nested': { 'f:a': {} } } })
    one!.metadata.labels!.l = '2'
    expect(other!.metadata.labels).toEqual({ l: '1' })
  })
})

const fieldsOf = (o: KubeObject): unknown => (o.metadata.managedFields as ManagedFieldsEntry[])[0]!.fieldsV1
const by = { manager: 'm', now: 0 }

describe('a field manager', () => {
  test('makes the fields of new objects of one shape once', () => {
    const manager = managerOfThings()
    const created = (spec: object): KubeObject => {
      const o = thing(spec)
      manager.update(undefined, o, by)
      return o
    }
    const [a, b, c] = [created({ replicas: 1 }), created({ replicas: 2 }), created({ paused: true })]
    expect(fieldsOf(a)).toEqual({ 'f:spec': { 'f:replicas': {} } })
    expect(fieldsOf(b)).toBe(fieldsOf(a))
    expect(fieldsOf(c)).toEqual({ 'f:spec': { 'f:paused': {} } })
  })

  test('gives a new object what one gives it that has seen none', () => {
    const manager = managerOfThings()
    fc.assert(
      fc.property(objects, (o) => {
        for (const object of [o, revalued(o)]) {
          const [first, known] = [structuredClone(object), structuredClone(object)] as [KubeObject, KubeObject]
          managerOfThings().update(undefined, first, by)
          manager.update(undefined, known, by)
          expect(known).toEqual(first)
        }
      }),
    )
  })

  test('keeps them apart from those of another kind', () => {
    const [one, other] = [managerOfThings(), managerOfThings('status')]
    const [a, b] = [thing({ replicas: 1 }), thing({ replicas: 1 })]
    one.update(undefined, a, by)
    other.update(undefined, b, by)
    expect(fieldsOf(a)).not.toBe(fieldsOf(b))
  })
})

describe('recent values', () => {
  test('are kept within twice their bound, those that are asked for longer', () => {
    const recent = new RecentValues<number>(80)
    for (let i = 0; i < 100; i++) {
      recent.set(`text ${String(i).padStart(5)}`, i)
      expect(recent.get('text     0')).toBe(0)
    }
    const kept = Array.from({ length: 100 }, (_, i) => `text ${String(i).padStart(5)}`).filter((text) => recent.get(text) !== undefined)
    expect(kept.length).toBeLessThanOrEqual(16)
    expect(kept.at(-1)).toBe('text    99')
  })

  test('of a text that is too long are not', () => {
    const recent = new RecentValues<number>(80)
    recent.set('eleven char', 1)
    recent.set('ten chars.', 2)
    expect([recent.get('eleven char'), recent.get('ten chars.')]).toEqual([undefined, 2])
  })
})
