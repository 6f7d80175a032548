import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Writer } from './field-manager.ts'
import { decodeManagers, type ManagedFieldsEntry } from './managed-fields.ts'
import {
  atomicList,
  mapOf,
  KIND,
  managerOfThings,
  objects,
  sameShape,
  setOf,
  STRING,
  struct,
  thing,
  withoutPauses,
  type WithoutPauses,
} from './testing/arbitraries.ts'
import type { Structure } from './structure.ts'
import type { TypedVersion, Versions } from './updater.ts'
import { fieldsOf } from './testing/at-once.ts'

const things = managerOfThings()
const SECOND = 1000
const START = Date.parse('2026-01-01T00:00:00Z')
const by = (manager: string, second = 0): Writer => ({ manager, now: START + second * SECOND })

const entries = (o: KubeObject): ManagedFieldsEntry[] => (o.metadata.managedFields ?? []) as ManagedFieldsEntry[]
/** Who owns what, as `manager/operation: path path`, short. */
const owners = (o: KubeObject): Record<string, string[]> =>
  Object.fromEntries(
    [...decodeManagers(entries(o)).values()].map(({ id, set }) => [
      `${id.manager}/${id.operation}${id.subresource && `/${id.subresource}`}`,
      [...set.paths()].map((p) => p.join(' ').replaceAll('f:spec ', '')),
    ]),
  )
const spec = (o: KubeObject): unknown => (o as unknown as { spec: unknown }).spec

const apply = (
  live: KubeObject | undefined,
  manager: string,
  config: object,
  o: { force?: boolean; second?: number; metadata?: object } = {},
): KubeObject => things.apply(live, thing(config, o.metadata), by(manager, o.second), o.force === true)
function update(live: KubeObject | undefined, manager: string, next: object, second = 0, metadata: object = {}): KubeObject {
  const object = thing(structuredClone(next), {
    ...(live?.metadata.managedFields === undefined ? {} : { managedFields: live.metadata.managedFields }),
    ...metadata,
  })
  things.update(live, object, by(manager, second))
  return object
}
function refusal(act: () => unknown): StatusError {
  try {
    act()
  } catch (e) {
    if (e instanceof StatusError) return e
    throw e
  }
  throw new Error('not refused')
}

describe('an apply', () => {
  test('makes an object, and its manager owns what it said', () => {
    const o = apply(undefined, 'm', { replicas: 1, nested: { a: 'x' } }, { metadata: { labels: { l: '1' } } })
    expect(spec(o)).toEqual({ replicas: 1, nested: { a: 'x' } })
    expect(owners(o)).toEqual({ 'm/Apply': ['f:metadata f:labels f:l', 'f:replicas', 'f:nested f:a'] })
    expect(entries(o)[0]?.time).toBe('2026-01-01T00:00:00Z')
  })

  test('a second time changes nothing, not even a time', () => {
    fc.assert(
      fc.property(objects, objects, (first, config) => {
        const live = update(undefined, 'u', (first as { spec: object }).spec)
        const once = things.apply(live, structuredClone(config) as unknown as KubeObject, by('m', 1), true)
        const twice = things.apply(structuredClone(once), structuredClone(config) as unknown as KubeObject, by('m', 2), true)
        expect(JSON.stringify(twice)).toBe(JSON.stringify(once))
      }),
    )
  })

  test('what it says stands in the object afterwards, and belongs to it', () => {
    fc.assert(
      fc.property(objects, objects, (first, config) => {
        const live = update(undefined, 'u', (first as { spec: object }).spec)
        const o = things.apply(live, structuredClone(config) as unknown as KubeObject, by('m', 1), true)
        const mine = [...decodeManagers(entries(o)).values()].find((e) => e.id.manager === 'm')?.set
        const said = fieldsOf(KIND, config)
        for (const path of said.paths()) if (path[0] === 'f:spec' && path.length > 1) expect(mine?.has(path)).toBe(true)
        expect(said.difference(fieldsOf(KIND, o).withNamedFields(KIND)).empty).toBe(true)
      }),
    )
  })

  test('what its manager leaves out goes', () => {
    const live = apply(undefined, 'm', {
      replicas: 1,
      nested: { a: 'x', b: { c: 'y' } },
      containers: [{ name: 'a', image: 'i' }, { name: 'b' }],
    })
    expect(spec(apply(live, 'm', { nested: { a: 'x' }, containers: [{ name: 'a' }] }))).toEqual({
      nested: { a: 'x' },
      containers: [{ name: 'a' }],
    })
  })

  test('what others own too stays', () => {
    const live = apply(apply(undefined, 'm', { replicas: 1, paused: true }), 'n', { replicas: 1 })
    const after = apply(live, 'm', { paused: true })
    expect(spec(after)).toEqual({ replicas: 1, paused: true })
    expect(owners(after)).toEqual({ 'm/Apply': ['f:paused'], 'n/Apply': ['f:replicas'] })
    expect(spec(apply(after, 'n', {}))).toEqual({ paused: true })
  })

  test('an item that another has a field of stays, without what was the manager’s own', () => {
    const live = apply(apply(undefined, 'm', { containers: [{ name: 'a', image: 'i' }] }), 'n', {
      containers: [{ name: 'a', args: ['x'] }],
    })
    expect(spec(apply(live, 'm', {}))).toEqual({ containers: [{ name: 'a', args: ['x'] }] })
  })

  test('a manager that says nothing any more owns nothing', () => {
    const live = apply(undefined, 'm', { replicas: 1 })
    const { spec: _, ...rest } = thing({}) as unknown as { spec: unknown }
    expect(owners(things.apply(live, rest as unknown as KubeObject, by('m'), false))).toEqual({})
  })

  test('force takes, and times move only for who changed something', () => {
    const live = apply(apply(undefined, 'm', { replicas: 1, paused: true }, { second: 1 }), 'n', { nested: { a: '1' } }, { second: 2 })
    const after = apply(live, 'n', { replicas: 2, nested: { a: '1' } }, { force: true, second: 9 })
    expect(owners(after)).toEqual({ 'm/Apply': ['f:paused'], 'n/Apply': ['f:replicas', 'f:nested f:a'] })
    expect(entries(after).map((e) => [e.manager, e.time?.slice(-3, -1)])).toEqual([
      ['m', '01'],
      ['n', '09'],
    ])
  })

  test('an item’s key with a default is the same item spelled out', () => {
    const live = apply(undefined, 'm', { ports: [{ port: 80 }] })
    const after = apply(live, 'n', { ports: [{ port: 80, protocol: 'TCP' }] })
    expect(spec(after)).toEqual({ ports: [{ port: 80, protocol: 'TCP' }] })
    expect(owners(after)['m/Apply']).toEqual(['f:ports k:{"port":80,"protocol":"TCP"}', 'f:ports k:{"port":80,"protocol":"TCP"} f:port'])
  })

  test('a set of finalizers belongs to each in parts', () => {
    const live = apply(apply(undefined, 'm', {}, { metadata: { finalizers: ['a/b'] } }), 'n', {}, { metadata: { finalizers: ['c/d'] } })
    expect(live.metadata.finalizers).toEqual(['a/b', 'c/d'])
    expect(apply(live, 'm', {}, { metadata: {} }).metadata.finalizers).toEqual(['c/d'])
  })
})

describe('conflicts', () => {
  const live = update(apply(undefined, 'm', { replicas: 1, paused: true }), 'u', { replicas: 1, paused: true, nested: { a: '1' } }, 5)

  test('one: whose and where', () => {
    const { status } = refusal(() => apply(live, 'n', { replicas: 2 }))
    expect([status.code, status.reason, status.message]).toEqual([
      409,
      'Conflict',
      'Apply failed with 1 conflict: conflict with "m": .spec.replicas',
    ])
    expect(status.details?.causes).toEqual([{ reason: 'FieldManagerConflict', message: 'conflict with "m"', field: '.spec.replicas' }])
  })

  test('many, by manager; updaters with the version that they used', () => {
    const { status } = refusal(() => apply(live, 'n', { replicas: 2, paused: false, nested: { a: '2' } }))
    expect(status.message).toBe(
      'Apply failed with 3 conflicts: conflicts with "m":\n- .spec.paused\n- .spec.replicas\nconflicts with "u" using test/v1:\n- .spec.nested.a',
    )
    expect(status.details?.causes?.map((c) => c.message)).toEqual([
      'conflict with "m"',
      'conflict with "m"',
      'conflict with "u" using test/v1',
    ])
  })

  test('with a subresource, its name', () => {
    const scaled = thing({ replicas: 1 })
    managerOfThings('scale').update(undefined, scaled, by('s'))
    expect(refusal(() => apply(scaled, 'n', { replicas: 2 })).status.message).toBe(
      'Apply failed with 1 conflict: conflict with "s" with subresource "scale" using test/v1: .spec.replicas',
    )
  })

  test('none where the value is the same, where it is new, or with force', () => {
    expect(owners(apply(live, 'n', { replicas: 1 }))['n/Apply']).toEqual(['f:replicas'])
    expect(spec(apply(live, 'n', { args: ['x'] }))).toMatchObject({ args: ['x'] })
    expect(spec(apply(live, 'n', { replicas: 7 }, { force: true }))).toMatchObject({ replicas: 7 })
  })

  test('the live object stays as it was', () => {
    const before = JSON.stringify(live)
    refusal(() => apply(live, 'n', { replicas: 2 }))
    apply(live, 'n', { replicas: 2, containers: [{ name: 'z' }] }, { force: true })
    expect(JSON.stringify(live)).toBe(before)
  })
})

describe('an update', () => {
  test('whoever changes a field owns it alone', () => {
    const live = update(undefined, 'm', { replicas: 1, paused: true })
    const after = update(live, 'n', { replicas: 2, paused: true }, 1)
    expect(owners(after)).toEqual({ 'm/Update': ['f:paused'], 'n/Update': ['f:replicas'] })
    expect(owners(update(after, 'n', { replicas: 2 }, 2))).toEqual({ 'n/Update': ['f:replicas'] })
  })

  test('that changes nothing leaves every entry and time', () => {
    fc.assert(
      fc.property(objects, (o) => {
        const live = update(undefined, 'm', (o as { spec: object }).spec)
        expect(JSON.stringify(update(live, 'n', (o as { spec: object }).spec, 5))).toBe(JSON.stringify(live))
      }),
    )
  })

  test('every field of the object has an owner', () => {
    fc.assert(
      fc.property(objects, objects, objects, (a, b, c) => {
        const live = [a, b, c].reduce<KubeObject | undefined>(
          (o, next, i) => update(o, `m${i}`, (next as { spec: object }).spec, i),
          undefined,
        )!
        const all = [...decodeManagers(entries(live)).values()].map((e) => e.set).reduce((x, y) => x.union(y))
        const orphans = [...fieldsOf(KIND, live).difference(all).paths()].filter((p) => p[0] === 'f:spec' && p.length > 1)
        expect(orphans).toEqual([])
      }),
    )
  })

  test('what identifies an object is nobody’s', () => {
    const o = update(undefined, 'm', { replicas: 1 }, 0, { uid: 'u', resourceVersion: '1', generation: 2, labels: { a: 'b' } })
    expect(JSON.stringify(entries(o)[0]?.fieldsV1)).toBe('{"f:metadata":{"f:labels":{".":{},"f:a":{}}},"f:spec":{"f:replicas":{}}}')
  })

  test.each([
    ['[]', []],
    ['[{}]', [{}]],
  ])('%s forgets all, and from there on nothing is tracked until somebody applies', (_, managedFields) => {
    const live = update(undefined, 'm', { replicas: 1 })
    const reset = update(live, 'n', { replicas: 1 }, 1, { managedFields })
    expect(reset.metadata.managedFields).toBeUndefined()
    const after = update(reset, 'n', { replicas: 2 }, 2)
    expect(after.metadata.managedFields).toBeUndefined()
    expect(owners(apply(after, 'a', { paused: true }))).toEqual({ 'a/Apply': ['f:paused'], 'before-first-apply/Update': ['f:replicas'] })
  })

  test('entries that a client sends stand for those that were', () => {
    const live = update(undefined, 'm', { replicas: 1 })
    const [entry] = entries(live)
    expect(owners(update(live, 'n', { replicas: 1 }, 1, { managedFields: [{ ...entry, manager: 'other' }] }))).toEqual({
      'other/Update': ['f:replicas'],
    })
  })

  test.each([
    ['null', null],
    ['what cannot be read', [{ manager: 'x', operation: 'Sing' }]],
  ])('%s leaves those that were', (_, managedFields) => {
    const live = update(undefined, 'm', { replicas: 1 })
    expect(owners(update(live, 'n', { replicas: 1 }, 1, { managedFields }))).toEqual(owners(live))
  })

  test('through a subresource, entries that a client sends do not count', () => {
    const live = update(undefined, 'm', { replicas: 1 })
    const next = thing({ replicas: 1 }, { managedFields: [] })
    managerOfThings('status').update(live, next, by('n', 1))
    expect(owners(next)).toEqual(owners(live))
  })

  test('what a scale may write is tracked only where somebody owns the field', () => {
    const scale = managerOfThings('scale', ['f:spec', 'f:replicas'])
    const next = (replicas: number, live: KubeObject): KubeObject => {
      const o = thing({ replicas }, { managedFields: live.metadata.managedFields })
      scale.update(live, o, by('s', 1))
      return o
    }
    const [owned, free] = [update(undefined, 'm', { replicas: 1 }), update(undefined, 'm', { paused: true })]
    expect(owners(next(2, owned))).toMatchObject({ 's/Update/scale': ['f:replicas'] })
    expect(owners(next(2, free))).toEqual(owners(free))
  })

  test('a scale splits an updater that goes on owning replicas with something else: its entry of them has no time', () => {
    const scale = managerOfThings('scale', ['f:spec', 'f:replicas'])
    const live = update(undefined, 'm', { replicas: 1, paused: true })
    const next = thing({ replicas: 1, paused: true }, { managedFields: live.metadata.managedFields })
    scale.update(live, next, by('s', 1))
    expect(entries(next).map(({ manager, time, fieldsV1 }) => [manager, time, fieldsV1])).toEqual([
      ['m', undefined, { 'f:spec': { 'f:replicas': {} } }],
      ['m', '2026-01-01T00:00:00Z', { 'f:spec': { 'f:paused': {} } }],
    ])
  })

  test('an applier of replicas keeps its entry through a scale', () => {
    const live = apply(undefined, 'm', { replicas: 1, paused: true })
    const next = thing({ replicas: 1, paused: true }, { managedFields: live.metadata.managedFields })
    managerOfThings('scale', ['f:spec', 'f:replicas']).update(live, next, by('s', 1))
    expect(entries(next)).toEqual(entries(live))
  })

  test('replicas that are 0 are nobody’s in a scale, which leaves them out', () => {
    const scale = managerOfThings('scale', ['f:spec', 'f:replicas'])
    const live = update(undefined, 'm', { replicas: 1, paused: true })
    const none = thing({ replicas: 0, paused: true }, { managedFields: live.metadata.managedFields })
    scale.update(live, none, by('s', 1))
    expect(owners(none)).toEqual({ 'm/Update': ['f:paused'] })
    const some = thing({ replicas: 2, paused: true }, { managedFields: none.metadata.managedFields })
    scale.update(none, some, by('s', 2))
    expect(owners(some)).toEqual(owners(none))
  })

  test('eleven updaters are ten', () => {
    let live: KubeObject | undefined
    for (let i = 0; i < 11; i++)
      live = update(
        live,
        `u${i}`,
        { nested: { b: { d: i } }, free: Object.fromEntries(Array.from({ length: i + 1 }, (_, k) => [`k${k}`, '1'])) },
        i,
      )
    expect(entries(live!).map((e) => e.manager)).toEqual(['ancient-changes', ...Array.from({ length: 9 }, (_, i) => `u${i + 2}`)])
  })
})

describe('what kubectl applied from the client’s side', () => {
  const annotation = 'kubectl.kubernetes.io/last-applied-configuration'
  const applied = (config: object): object => ({ annotations: { [annotation]: JSON.stringify(thing(config)) } })
  const live = update(undefined, 'kubectl-client-side-apply', { replicas: 1, paused: true }, 0, applied({ replicas: 1, paused: true }))

  test('is kubectl’s own: no conflict', () => {
    expect(spec(apply(live, 'kubectl', { replicas: 2 }))).toMatchObject({ replicas: 2 })
  })
  test('is not another’s', () => {
    expect(refusal(() => apply(live, 'helm', { replicas: 2 })).status.code).toBe(409)
  })
  test('what somebody changed since then is theirs', () => {
    const later = update(live, 'u', { replicas: 5, paused: true }, 1, applied({ replicas: 1, paused: true }))
    expect(refusal(() => apply(later, 'kubectl', { replicas: 2, paused: false })).status.message).toBe(
      'Apply failed with 1 conflict: conflict with "u" using test/v1: .spec.replicas',
    )
  })
  test('the annotation says what was applied now, keys in order, ended by a line', () => {
    const after = apply(live, 'kubectl', { paused: true, nested: { b: { d: 1 }, a: '<&>' } })
    expect(after.metadata.annotations?.[annotation]).toBe(
      '{"apiVersion":"test/v1","kind":"Thing","metadata":{"name":"x"},"spec":{"nested":{"a":"\\u003c\\u0026\\u003e","b":{"d":1}},"paused":true}}\n',
    )
  })
  test('and keys that are numbers are texts too', () => {
    const after = apply(live, 'kubectl', { free: { 2: 'a', 10: 'b' } })
    expect(after.metadata.annotations?.[annotation]).toContain('"free":{"10":"b","2":"a"}')
  })
})

describe('refused', () => {
  test.each([
    ['another kind', { kind: 'Other' }, 400, 'invalid object type: test/v1, Kind=Other'],
    ['another version', { apiVersion: 'v2' }, 400, 'invalid object type: /v2, Kind=Thing'],
    ['managed fields', { metadata: { name: 'x', managedFields: [] } }, 400, 'metadata.managedFields must be nil'],
    [
      'managed fields that are no list',
      { metadata: { name: 'x', managedFields: '*' } },
      500,
      'failed to create typed patch object (/x; test/v1, Kind=Thing): .metadata.managedFields: expected list, got &{*}',
    ],
    [
      'an unknown field',
      { spec: { x: 1 } },
      500,
      'failed to create typed patch object (/x; test/v1, Kind=Thing): .spec.x: field not declared in schema',
    ],
    [
      'two wrong types',
      { spec: { paused: 1, replicas: true } },
      500,
      'failed to create typed patch object (/x; test/v1, Kind=Thing): errors:\n  .spec.paused: expected boolean, got &{1}\n  .spec.replicas: expected numeric (int or float), got bool',
    ],
  ])('%s', (_, fields, code, message) => {
    const { status } = refusal(() => things.apply(undefined, { ...thing({}), ...fields } as KubeObject, by('m'), false))
    expect([status.code, status.message]).toEqual([code, message])
  })

  test('an apply on entries that cannot be read', () => {
    const { status } = refusal(() => apply(thing({}, { managedFields: [{ operation: 'Sing' }] }), 'm', {}))
    expect([status.code, status.message]).toEqual([500, 'failed to decode managed fields: operation must be `Apply` or `Update`'])
  })
})

describe('a type that has changed since', () => {
  const version = (apiVersion: string, atomic: boolean): TypedVersion => ({
    apiVersion,
    structure: struct({
      apiVersion: STRING,
      kind: STRING,
      metadata: struct({ name: STRING }),
      spec: struct({ m: mapOf(STRING, atomic), other: STRING }),
    }),
  })
  const of = (...all: TypedVersion[]): WithoutPauses => {
    const versions: Versions = { version: (v) => all.find((t) => t.apiVersion === v), convert: sameShape }
    return withoutPauses({ version: all[0]!, kind: 'Thing', versions, subresource: '', empty: () => thing({}) })
  }
  const [granular, atomic] = [of(version('test/v1', false)), of(version('test/v1', true))]

  test('fields of what has become atomic are owned as the whole', () => {
    const live = granular.apply(undefined, thing({ m: { a: '1', b: '2' } }), by('m'), false)
    expect(owners(live)).toEqual({ 'm/Apply': ['f:m f:a', 'f:m f:b'] })
    expect(owners(atomic.apply(live, thing({ other: 'x' }), by('n'), false))).toEqual({ 'm/Apply': ['f:m'], 'n/Apply': ['f:other'] })
    expect(refusal(() => atomic.apply(live, thing({ m: { a: '1' } }), by('n'), false)).status.message).toBe(
      'Apply failed with 1 conflict: conflict with "m": .spec.m',
    )
  })

  test('a version that nobody serves is forgotten', () => {
    const live = of(version('test/v0', false)).apply(undefined, { ...thing({ m: { a: '1' } }), apiVersion: 'test/v0' }, by('m'), false)
    const next = {
      ...thing({ m: { a: '1' }, other: 'y' }),
      metadata: { name: 'x', managedFields: live.metadata.managedFields },
    } as KubeObject
    granular.update(live, next, by('u', 1))
    expect(owners(next)).toEqual({ 'u/Update': ['f:other'] })
  })
})

describe('versions of which each has a field of its own, and only the name is converted', () => {
  const version = (apiVersion: string, fields: Record<string, Structure>): TypedVersion => ({
    apiVersion,
    structure: struct({ apiVersion: STRING, kind: STRING, metadata: struct({ name: STRING }), spec: struct({ both: STRING, ...fields }) }),
  })
  const all = [version('test/v1', { own: STRING, list: atomicList(STRING) }), version('test/v2', { other: STRING, list: setOf(STRING) })]
  const [v1, v2] = all.map((at) =>
    withoutPauses({
      ...{ version: at, kind: 'Thing', subresource: '', empty: () => thing({}) },
      versions: { version: (v) => all.find((t) => t.apiVersion === v), convert: sameShape },
    }),
  ) as [WithoutPauses, WithoutPauses]
  const at = (apiVersion: string, spec: object): KubeObject => ({ ...thing(spec), apiVersion })
  const live = v1.apply(undefined, at('test/v1', { both: '1', list: ['a'] }), by('one'), false)

  test('an apply of a field that the version of another owner does not have is refused', () => {
    const { status } = refusal(() => v2.apply(live, at('test/v2', { other: 'x' }), by('two'), true))
    expect(status).toMatchObject({ code: 500, message: 'failed to convert new object: .spec.other: field not declared in schema' })
    expect(refusal(() => v2.apply(live, at('test/v2', { other: 'x' }), by('one'), true)).status.message).toBe(
      'failed to prune fields: failed to convert merged object to last applied version: .spec.other: field not declared in schema',
    )
  })

  test('an item may not be twice in what is a set for another owner', () => {
    const before = v2.apply(undefined, at('test/v2', { both: '1' }), by('one'), false)
    expect(refusal(() => v1.apply(before, at('test/v1', { list: ['a', 'a'] }), by('two'), false)).status.message).toBe(
      'failed to convert new object: .spec.list: duplicate entries for key [="a"]',
    )
  })

  test('one of what both have is not', () => {
    expect(owners(v2.apply(live, at('test/v2', { both: '2' }), by('two'), true))).toEqual({
      'one/Apply': ['f:list'],
      'two/Apply': ['f:both'],
    })
  })

  test('an update of such a field leaves every entry as it was', () => {
    const next = {
      ...at('test/v2', { both: '9', other: 'x' }),
      metadata: { name: 'x', managedFields: live.metadata.managedFields },
    } as KubeObject
    v2.update(live, next, by('u', 1))
    expect(next.metadata.managedFields).toEqual(live.metadata.managedFields)
  })
})
