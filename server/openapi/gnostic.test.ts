import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Reader } from '../codec/protobuf/wire.ts'
import { parseYaml } from '../codec/yaml.ts'
import { scheme } from '../scheme/index.ts'
import { noDescriptions } from './descriptions.ts'
import { documents } from './documents.ts'
import { encodeDocument } from './gnostic.ts'
import type { Json } from './schemas.ts'
import { atOnce } from './steps.ts'

const made = documents({
  scheme,
  descriptions: noDescriptions,
  version: '1.37',
  patchTypes: ['application/merge-patch+json'],
  returnsDeletedObject: () => false,
})

/** Fields of a message in the order of its bytes: numbers, or bytes that may be text or a message. */
function fieldsOf(bytes: Buffer): [number: number, value: number | Buffer][] {
  const r = new Reader(bytes)
  const out: [number, number | Buffer][] = []
  while (r.pos < r.end) {
    const tag = r.uint()
    const wire = tag & 7
    if (wire !== 0 && wire !== 2) throw new Error(`wire type ${wire}`)
    out.push([tag >>> 3, wire === 0 ? r.int() : r.bytes()])
  }
  return out
}

const inside = (bytes: Buffer, number: number): Buffer[] =>
  fieldsOf(bytes).flatMap(([n, value]) => (n === number && Buffer.isBuffer(value) ? [value] : []))
const at = (bytes: Buffer, ...numbers: number[]): Buffer => numbers.reduce((b, n) => inside(b, n)[0]!, bytes)
/** Of a list of names (1) and values (2). */
const byName = (entries: readonly Buffer[]): Map<string, Buffer> =>
  new Map(entries.map((e) => [at(e, 1).toString(), inside(e, 2)[0] ?? Buffer.alloc(0)]))
const texts = (list: readonly Buffer[]): string[] => list.map(String)

describe('OpenAPI v3', () => {
  const json = atOnce(made.v3('api/v1')) as { paths: Record<string, Json>; components: { schemas: Record<string, Json> } }
  const bytes = atOnce(encodeDocument(3, json))

  test('has all paths and schemas in their order', () => {
    expect(at(bytes, 1).toString()).toBe('3.0.0')
    expect([...byName(inside(at(bytes, 4), 1)).keys()]).toEqual(Object.keys(json.paths))
    expect([...byName(inside(at(bytes, 5, 1), 1)).keys()]).toEqual(Object.keys(json.components.schemas))
  })

  test('an operation', () => {
    const operation = at(byName(inside(at(bytes, 4), 1)).get('/api/v1/namespaces/{namespace}/pods')!, 6)
    expect(at(operation, 5).toString()).toBe('createCoreV1NamespacedPod')
    expect(texts(inside(operation, 6).map((p) => at(p, 1, 1)))).toEqual(['dryRun', 'fieldManager', 'fieldValidation'])
    const extensions = byName(inside(operation, 13))
    expect(at(extensions.get('x-kubernetes-group-version-kind')!, 2).toString()).toBe('group: ""\nversion: v1\nkind: Pod\n')
  })

  test('a schema: empty defaults are there, references are not schemas', () => {
    const container = at(byName(inside(at(bytes, 5, 1), 1)).get('io.k8s.api.core.v1.Container')!, 1)
    const properties = byName(inside(at(container, 31), 1))
    expect(fieldsOf(at(properties.get('name')!, 1, 33))).toEqual([[3, Buffer.alloc(0)]])
    expect(texts(inside(container, 23))).toEqual(['name'])
    const items = at(properties.get('ports')!, 1, 30, 1)
    expect(at(items, 2, 1).toString()).toBe('#/components/schemas/io.k8s.api.core.v1.ContainerPort')
    const keys = byName(inside(at(properties.get('ports')!, 1), 36)).get('x-kubernetes-list-map-keys')!
    expect(at(keys, 2).toString()).toBe('- containerPort\n- protocol\n')
  })
})

test('OpenAPI v2: shared parameters, bodies and definitions', () => {
  const json = atOnce(made.v2()) as { definitions: Json; parameters: Json }
  const bytes = atOnce(encodeDocument(2, json))
  expect([...byName(inside(at(bytes, 9), 1)).keys()]).toEqual(Object.keys(json.definitions))
  expect([...byName(inside(at(bytes, 10), 1)).keys()]).toEqual(Object.keys(json.parameters))
  const operation = at(byName(inside(at(bytes, 8), 2)).get('/apis/apps/v1/namespaces/{namespace}/deployments')!, 4)
  const [body, dryRun, fieldManager] = inside(operation, 8)
  expect(at(body!, 1, 1, 5, 1).toString()).toBe('#/definitions/io.k8s.api.apps.v1.Deployment')
  expect(at(dryRun!, 1, 2, 3, 4).toString()).toBe('dryRun')
  expect(at(fieldManager!, 2, 1).toString()).toMatch(/^#\/parameters\/fieldManager-/)
})

test('what has no field of its own is YAML that says the same', () => {
  const word = fc.stringMatching(/^[A-Za-z][\w-]{0,12}$/)
  const values = fc.oneof(fc.string(), fc.boolean(), fc.integer())
  const extensions = fc.oneof(
    values,
    fc.array(values, { minLength: 1 }),
    fc.array(fc.dictionary(word, values, { minKeys: 1 }), { minLength: 1 }),
  )
  fc.assert(
    fc.property(extensions, (value) => {
      const bytes = atOnce(encodeDocument(2, { definitions: { a: { 'x-b': value } } }))
      const yaml = at(byName(inside(at(bytes, 9), 1)).get('a')!, 31, 2, 2).toString()
      expect(parseYaml(yaml).value).toEqual(JSON.parse(JSON.stringify(value)))
    }),
  )
})
