import { describe, expect, test } from 'vitest'
import { merged, withPaths } from './merge.ts'
import type { Json } from './schemas.ts'
import { atOnce } from './steps.ts'

const ref = (name: string) => ({ $ref: `#/definitions/${name}` })
const dest: Json = {
  info: { title: 'ours' },
  paths: { '/a': { get: { schema: ref('A') } } },
  definitions: {
    A: { type: 'object' },
    Meta: { description: 'one', 'x-kubernetes-group-version-kind': [{ kind: 'Meta', version: 'v1' }] },
  },
}
const spec = (paths: object, definitions: object): Json => ({ info: { title: 'theirs' }, paths, definitions }) as Json

describe('a document that is merged into another', () => {
  test('brings its paths and definitions, in the order of their names, and nothing else', () => {
    const other = spec({ '/0': { get: { schema: ref('B') } } }, { B: { properties: { a: ref('A') } }, A: { type: 'object' } })
    expect(atOnce(merged(dest, other))).toEqual({
      ...dest,
      paths: { '/0': { get: { schema: ref('B') } }, '/a': { get: { schema: ref('A') } } },
      definitions: { A: { type: 'object' }, B: { properties: { a: ref('A') } }, Meta: expect.any(Object) },
    })
    expect(Object.keys((atOnce(merged(dest, other)) as { paths: object }).paths)).toEqual(['/0', '/a'])
  })

  test('has another name for a definition whose name is taken, everywhere', () => {
    const other = spec(
      { '/b': { get: { parameters: [{ schema: ref('A') }] } } },
      { A: { type: 'string' }, A_v2: { type: 'number' }, B: { properties: { a: ref('A'), b: ref('A_v2') } } },
    )
    const { definitions, paths } = atOnce(merged(dest, other)) as { definitions: Record<string, object>; paths: Record<string, object> }
    expect(definitions).toMatchObject({
      A: { type: 'object' },
      A_v2: { type: 'number' },
      A_v3: { type: 'string' },
      B: { properties: { a: ref('A_v3'), b: ref('A_v2') } },
    })
    expect(paths['/b']).toEqual({ get: { parameters: [{ schema: ref('A_v3') }] } })
    // The same again, from another server: its name is known.
    const again = atOnce(merged({ ...dest, definitions } as Json, spec({ '/c': { get: { schema: ref('A') } } }, { A: { type: 'string' } })))
    expect(again).toMatchObject({ paths: { '/c': { get: { schema: ref('A_v3') } } } })
  })

  test('adds kinds to a definition that is the same otherwise', () => {
    const kinds = [{ kind: 'Meta', version: 'v2' }]
    const other = spec(
      { '/b': { get: { schema: ref('Meta') } } },
      { Meta: { description: 'one', 'x-kubernetes-group-version-kind': kinds } },
    )
    expect(atOnce(merged(dest, other))).toMatchObject({
      definitions: { Meta: { 'x-kubernetes-group-version-kind': [{ kind: 'Meta', version: 'v1' }, ...kinds] } },
    })
    expect(dest).toMatchObject({ definitions: { Meta: { 'x-kubernetes-group-version-kind': [{ version: 'v1' }] } } })
  })

  test('keeps the paths that are there, and leaves out what only those of the other need', () => {
    const other = spec({ '/a': { get: { schema: ref('Only') } }, '/b': {} }, { Only: {}, Unused: {} })
    expect(atOnce(merged(dest, other))).toMatchObject({ paths: { '/a': { get: { schema: ref('A') } }, '/b': {} } })
    expect(Object.keys((atOnce(merged(dest, other)) as { definitions: object }).definitions)).toEqual(['A', 'Meta', 'Unused'])
    expect(atOnce(merged(dest, spec({ '/a': {} }, { X: {} })))).toBe(dest)
    expect(atOnce(merged(dest, { definitions: { X: {} } }))).toBe(dest)
  })

  test('is cut to the paths of its group first', () => {
    const other = spec(
      { '/apis/x/v1/': { get: { schema: ref('X') } }, '/version': { get: { schema: ref('Deep') } } },
      { X: {}, Deep: { a: ref('Y') }, Y: {}, Loose: {} },
    )
    expect(atOnce(withPaths(other, (path) => path.startsWith('/apis/x/v1/')))).toEqual({
      info: { title: 'theirs' },
      paths: { '/apis/x/v1/': { get: { schema: ref('X') } } },
      definitions: { X: {}, Loose: {} },
    })
  })
})
