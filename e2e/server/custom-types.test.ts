import { afterAll, beforeAll, expect, test } from 'vitest'
import { definitionOf } from '../fixtures/definition.ts'
import { type Server, startServer } from '../fixtures/server.ts'
import { until } from '../fixtures/until.ts'

/** What bodies and patches say of the type of a custom object, as kube-apiserver 1.37.2 answers. */
const definition = definitionOf('types.example.com', 'Gizmo', 'gizmos', {
  type: 'object',
  properties: { size: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self < 10' }] } },
})
const all = '/apis/types.example.com/v1/namespaces/default/gizmos'
const head = { apiVersion: 'types.example.com/v1', kind: 'Gizmo' }

let server: Server
beforeAll(async () => {
  server = await startServer()
  await server.api.create('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition)
  await until('the kind', async () => (await server.api.send('GET', all)).status === 200)
  await server.api.create(all, { ...head, metadata: { name: 'a' } })
})
afterAll(() => server[Symbol.asyncDispose]())

const patched = async (...patch: object[]): Promise<string> => {
  const answer = await server.api.send('PATCH', `${all}/a`, { body: patch, type: 'application/json-patch+json' })
  return `${answer.status} ${answer.json<{ message: string }>().message}`
}
const replace = (path: string, value: unknown): object => ({ op: 'replace', path, value })
const remove = (path: string): object => ({ op: 'remove', path })
const NULL = '.apiVersion accessor error: <nil> is of the type <nil>, expected string'

test('a patch may leave neither kind nor version, and the kind is looked for first', async () => {
  expect(await patched(remove('/kind'), remove('/apiVersion'))).toMatch(/^422 .*: Object 'Kind' is missing in '/)
  expect(await patched(replace('/kind', null), replace('/apiVersion', null))).toMatch(/^422 .*: Object 'Kind' is missing in '/)
  expect(await patched(replace('/apiVersion', null), replace('/metadata', 7))).toMatch(/^422 .*: \.apiVersion accessor error: <nil>/)
  // The reference's own: it says 500 of what a client did wrong.
  expect(await patched(remove('/apiVersion'))).toBe(
    "500 Internal error occurred: Object 'apiVersion' is missing in 'object has no apiVersion field'",
  )
})

test('what became another kind is called by the name that it has now', async () => {
  const wrong = (group: string, version: string): string =>
    `422 Gizmo${group} "a" is invalid: apiVersion: Invalid value: "${version}": must be types.example.com/v1`
  expect(await patched(replace('/apiVersion', 'v1'))).toBe(wrong('', 'v1'))
  expect(await patched(replace('/apiVersion', 'other.io/v1'))).toBe(wrong('.other.io', 'other.io/v1'))
  expect(await patched(replace('/apiVersion', 'types.example.com/v3'))).toBe(wrong('.types.example.com', 'types.example.com/v3'))
})

test('of a new object of another kind neither name nor fields are looked at, but its rules are', async () => {
  const { status, json } = await server.api.send('POST', all, { body: { ...head, kind: 'Other', size: 70 } })
  const { details } = json<{ details: { causes: { field: string; message: string }[] } }>()
  expect([status, details.causes.map(({ field, message }) => `${field}: ${message}`)]).toEqual([
    422,
    ['kind: Invalid value: "Other": must be Gizmo', 'size: Invalid value: 70: failed rule: self < 10'],
  ])
})

test('a slash alone is no version', async () => {
  const merge = (path: string, body: object): Promise<{ status: number; text: string }> =>
    server.api.send('PATCH', path, { body, type: 'application/merge-patch+json' })
  const custom = await merge(`${all}/a`, { apiVersion: '/' })
  expect([custom.status, custom.text]).toEqual([
    500,
    expect.stringContaining("Object 'apiVersion' is missing in 'object has no apiVersion field'"),
  ])
  await server.api.create('/api/v1/namespaces/default/configmaps', { metadata: { name: 'slash' } })
  const typed = await merge('/api/v1/namespaces/default/configmaps/slash', { apiVersion: '/' })
  expect([typed.status, typed.text]).toEqual([400, expect.stringContaining('was undeterminable: name must be provided')])
})

test.each(['Strict', 'Warn', 'Ignore'])('a body with null for its version is refused for that alone (%s)', async (mode) => {
  const body = '{"apiVersion":null,"kind":"Gizmo","x":1,"x":2,"metadata":7}'
  const { status, json } = await server.api.send('POST', `${all}?fieldValidation=${mode}`, { body, type: 'application/json' })
  expect([status, json<{ message: string }>().message]).toEqual([400, `Gizmo in version "" cannot be handled as a Gizmo: ${NULL}`])
})

test('minus zero is an integer to rules', async () => {
  const body = JSON.stringify({ ...head, metadata: { name: 'z' } }).replace(/}$/, ',"size":-0}')
  const { status, text } = await server.api.send('POST', `${all}?dryRun=All`, { body, type: 'application/json' })
  expect([status, text]).toEqual([201, expect.stringContaining('"size":')])
})
