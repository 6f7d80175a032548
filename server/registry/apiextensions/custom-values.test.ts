import { expect, test } from 'vitest'
import { parseRounded } from '../../machinery/json.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { CustomSchema } from './custom-schema.ts'

const kind = { group: 'example.com', kind: 'Thing', identity: 'a', preserveUnknownFields: false }
const schema = new CustomSchema(kind, 'v1', () => ({
  type: 'object',
  properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
}))

/** What the server makes of the fields of an object that is sent. */
function decoded(fields: string): { errors: readonly string[]; generation: unknown } {
  const text = `{"apiVersion":"example.com/v1","kind":"Thing",${fields}}`
  const { object, errors } = schema.decode(parseRounded(text), 'Strict', text)
  return { errors, generation: (object as { metadata?: { generation?: unknown } }).metadata?.generation }
}

test('a whole float is an integer in metadata, as Go writes it down without a point in between', () => {
  expect(decoded('"metadata":{"generation":1.0}')).toEqual({ errors: [], generation: 1 })
  expect(decoded('"metadata":{"generation":1e2}')).toEqual({ errors: [], generation: 100 })
  expect(decoded('"metadata":{"generation":1.5}').errors).toEqual([
    'json: cannot unmarshal number 1.5 into Go struct field ObjectMeta.generation of type int64',
  ])
})

// encoding/json: what a type of its own cannot read ends the reading, other mismatches are told at the end.
test.each<[metadata: string, error: string]>([
  ['"generation":0.5,"managedFields":[{"time":"z"}]', 'parsing time "z" as "2006-01-02T15:04:05Z07:00": cannot parse "z" as "2006"'],
  [
    '"annotations":[],"creationTimestamp":5',
    'json: cannot unmarshal number into Go struct field ObjectMeta.creationTimestamp of type string',
  ],
  [
    '"annotations":[],"managedFields":[{"operation":1,"time":"x"}]',
    'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"',
  ],
  ['"labels":{"a":1},"generation":"x"', 'json: cannot unmarshal string into Go struct field ObjectMeta.generation of type int64'],
  [
    '"ownerReferences":[{"uid":1},{"controller":1}]',
    'json: cannot unmarshal number into Go struct field OwnerReference.ownerReferences.uid of type types.UID',
  ],
])('of what is wrong in metadata %s: %s', (metadata, error) => {
  expect(decoded(`"metadata":{${metadata}}`).errors).toEqual([error])
})

test('a number that no float64 holds is refused wherever it stands', () => {
  for (const fields of ['"spec":{"a":[1e400]}', '"metadata":{"x":1e400}', '"metadata":{"creationTimestamp":{"a":1e400}}'])
    expect(decoded(fields).errors).toEqual(['json: cannot unmarshal number 1e400 into Go value of type float64'])
})

test('null in labels and annotations is an empty text, as an apply may send it', () => {
  const metadata = { name: 'a', labels: { a: null, b: 'c' }, annotations: { d: null } }
  const object = { apiVersion: 'example.com/v1', kind: 'Thing', metadata } as unknown as KubeObject
  expect(schema.normalize(object).metadata).toEqual({ name: 'a', labels: { a: '', b: 'c' }, annotations: { d: '' } })
  expect(metadata.labels.a).toBe(null)
})

test('an embedded object whose metadata an apply has emptied is shown with one, wherever it stands', () => {
  const embedded = { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true }
  const holder = new CustomSchema(kind, 'v1', () => ({
    type: 'object',
    properties: { spec: { type: 'object', properties: { one: embedded, many: { type: 'array', items: embedded } } } },
  }))
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: null, spec: null }
  const object = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' }, spec: { one: pod, many: [pod] } }
  const shown = { ...pod, metadata: {} }
  expect(holder.normalize(object as unknown as KubeObject)).toMatchObject({ spec: { one: shown, many: [shown] } })
  expect(pod.metadata).toBe(null)
})
