/** Integers beyond 2^53 on the way through a whole server: every answer, and every write that does not mean them, has their digits. */
import { administrator } from '../authn/components.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '../client/client.ts'
import { startTestServer, type TestServer } from '../testing/api-server.ts'

const MOST = '9223372036854775807'
const ODD = '9007199254740993'
const pods = '/api/v1/namespaces/default/pods'
const revisions = '/apis/apps/v1/namespaces/default/controllerrevisions'
const digits = /(tolerationSeconds|terminationGracePeriodSeconds)"?: ?(\d{8,})/g

const pod = (name: string): string =>
  `{"metadata":{"name":"${name}"},"spec":{"nodeName":"n","tolerations":[{"key":"a","operator":"Exists","effect":"NoExecute",` +
  `"tolerationSeconds":${MOST}}],"terminationGracePeriodSeconds":${ODD},"containers":[{"name":"c","image":"i"}]}}`

let server: TestServer
async function send(
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<{ code: number; text: string }> {
  const request = { method, path, headers: { 'content-type': 'application/json', ...headers } }
  const { status, body: bytes } = await server.api
    .transport(administrator)
    .request(body === undefined ? request : { ...request, body: Buffer.from(body) })
  return { code: status, text: bytes.toString('latin1') }
}
const kept = (text: string): string[] => [...text.matchAll(digits)].map((m) => m[2]!).sort()

beforeAll(async () => {
  server = await startTestServer()
  expect((await send('POST', pods, pod('p'))).code).toBe(201)
  const data = `{"metadata":{"name":"r"},"data":{"a":${ODD},"b":3.0,"c":1e2,"d":[9223372036854775808]},"revision":${ODD}}`
  expect((await send('POST', revisions, data)).code).toBe(201)
})
afterAll(() => server.close())

describe('answers', () => {
  test.each([
    ['an object', '/p', 'application/json'],
    ['YAML', '/p', 'application/yaml'],
    ['indented', '/p?pretty=1', 'application/json'],
    ['a list', '', 'application/json'],
    ['a list in YAML', '', 'application/yaml'],
    ['a table with objects', '?includeObject=Object', 'application/json;as=Table;v=v1;g=meta.k8s.io'],
  ])('%s', async (_, path, accept) => {
    expect(kept((await send('GET', pods + path, undefined, { accept })).text)).toEqual([ODD, MOST])
  })

  test('protobuf', async () => {
    const { text } = await send('GET', `${pods}/p`, undefined, { accept: 'application/vnd.kubernetes.protobuf' })
    expect(Buffer.from(text, 'latin1').toString('hex')).toContain('28ffffffffffffffff7f')
  })

  test('a watch, and a server that is started on the same store', async () => {
    const again = await startTestServer({ storage: server.storage, clock: server.clock })
    try {
      const { body } = await again.api.transport(administrator).stream({ method: 'GET', path: `${pods}?watch=1`, headers: {} })
      for await (const chunk of body) {
        expect(kept(chunk.toString())).toEqual([ODD, MOST])
        break
      }
    } finally {
      await again.close()
    }
  })

  test('JSON of any form keeps its spelling', async () => {
    const { text } = await send('GET', `${revisions}/r`)
    expect(text).toContain(`"data":{"a":${ODD},"b":3.0,"c":1e2,"d":[9223372036854775808]},"revision":${ODD}`)
  })
})

describe('writes of something else', () => {
  test.each([
    ['strategic-merge-patch', '{"metadata":{"labels":{"by":"strategic"}}}'],
    ['merge-patch', '{"metadata":{"labels":{"by":"merge"}}}'],
    [
      'json-patch',
      `[{"op":"test","path":"/spec/tolerations/0/tolerationSeconds","value":${MOST}},{"op":"add","path":"/metadata/labels","value":{"by":"json"}}]`,
    ],
  ])('%s', async (type, patch) => {
    const { code, text } = await send('PATCH', `${pods}/p`, patch, { 'content-type': `application/${type}+json` })
    expect(code).toBe(200)
    expect(text).toContain(`"by":"${type.split('-')[0]}"`)
    expect(kept(text)).toEqual([ODD, MOST])
  })

  test('a merge patch beside JSON of any form leaves its spelling, a strategic one makes Go values of it', async () => {
    const patch = '{"metadata":{"labels":{"a":"b"}}}'
    const beside = (kind: string): Promise<{ code: number; text: string }> =>
      send('PATCH', `${revisions}/r?dryRun=All`, patch, { 'content-type': `application/${kind}+json` })
    expect((await beside('merge-patch')).text).toContain(`{"a":${ODD},"b":3.0,"c":1e2,"d":[9223372036854775808]}`)
    const { code, text } = await beside('strategic-merge-patch')
    // Upstream shows what it made of the data when it refuses to change it.
    if (code === 200 || code === 422) expect(text.replaceAll('\\', '')).toContain(`{"a":${ODD},"b":3,"c":100,"d":[9223372036854776000]}`)
    else expect.unreachable(text)
  })

  test('a spelling is left alone where no number is long', async () => {
    expect((await send('POST', revisions, '{"metadata":{"name":"s"},"data":{"b":3.0,"c":[1e2]},"revision":1}')).code).toBe(201)
    const type = { 'content-type': 'application/merge-patch+json' }
    expect((await send('PATCH', `${revisions}/s`, '{"metadata":{"labels":{"a":"b"}}}', type)).text).toContain('{"b":3.0,"c":[1e2]}')
  })

  test('JSON patches copy and compare spellings', async () => {
    const patch = (operations: string): Promise<{ code: number; text: string }> =>
      send('PATCH', `${revisions}/r?dryRun=All`, operations, { 'content-type': 'application/json-patch+json' })
    expect((await patch('[{"op":"test","path":"/data/b","value":3.0}]')).code).toBe(200)
    expect((await patch('[{"op":"test","path":"/data/b","value":3}]')).code).toBe(422)
    expect((await patch(`[{"op":"test","path":"/revision","value":${ODD}}]`)).code).toBe(200)
    expect((await patch('[{"op":"test","path":"/revision","value":9007199254740992}]')).code).toBe(422)
    // What is copied keeps its spelling, which an int field does not take.
    expect((await patch('[{"op":"copy","from":"/data/b","path":"/revision"}]')).text).toContain(
      'json: cannot unmarshal number 3.0 into Go struct field ControllerRevision.revision of type int64',
    )
  })

  test('our own client reads, patches and puts back what it read', async () => {
    const client = createClient(server.api.transport(administrator), { userAgent: 'test' })
    const own = client.resource({ group: '', version: 'v1', resource: 'pods', namespaced: true })
    const found = await own.get('p', { namespace: 'default' })
    found.metadata.labels = { by: 'put' }
    const written = await own.update(found)
    expect(kept(JSON.stringify(written))).toEqual([ODD, MOST])
    expect(kept((await send('GET', `${pods}/p`)).text)).toEqual([ODD, MOST])
  })
})

// What kube-apiserver 1.37.2 answers to the same patches.
describe('patches with numbers of another spelling', () => {
  const type = (kind: string): Record<string, string> => ({ 'content-type': `application/${kind}+json` })
  const grace = (n: string): string => `{"spec":{"terminationGracePeriodSeconds":${n}}}`
  const field = 'PodSpec.spec.terminationGracePeriodSeconds'

  test.each(['3.0', '1e1', '3.5', '3.50', '9223372036854775808'])('merge %s', async (n) => {
    const { code, text } = await send('PATCH', `${pods}/p?dryRun=All`, grace(n), type('merge-patch'))
    expect(code).toBe(422)
    expect((JSON.parse(text) as { message: string }).message).toMatch(
      new RegExp(
        `^ "" is invalid: patch: Invalid value: ".*": json: cannot unmarshal number ${n} into Go struct field ${field} of type int64$`,
      ),
    )
  })

  test.each([
    ['merge-patch', grace('1e400'), 'error decoding patch: json: cannot unmarshal number 1e400 into Go value of type float64'],
    ['strategic-merge-patch', grace('1e400'), 'json: cannot unmarshal number 1e400 into Go value of type float64'],
    [
      'json-patch',
      '[{"op":"add","path":"/spec/terminationGracePeriodSeconds","value":1e400}]',
      'error decoding patch: json: cannot unmarshal number 1e400 into Go struct field jsonPatchOp.value of type float64',
    ],
  ])('%s with a number beyond float64', async (kind, patch, message) => {
    const { code, text } = await send('PATCH', `${pods}/p`, patch, type(kind))
    expect([code, (JSON.parse(text) as { message: string }).message]).toEqual([400, message])
  })

  // A strategic merge patch is Go values, converted by reflection.
  test.each([
    ['3.0', '"replicas":3,'],
    ['1e1', '"replicas":10,'],
    ['-2147483649', '"replicas":2147483647,'],
    ['9223372036854775808', '"replicas":0,'],
    ['-0', '"replicas":0,'],
    ['3.50', 'patch: Invalid value: \\"map[spec:map[replicas:3.5]]\\": cannot convert float64 to int32'],
    ['2147483648', 'spec.replicas: Invalid value: -2147483648: must be greater than or equal to 0'],
    [MOST, 'spec.replicas: Invalid value: -1: must be greater than or equal to 0'],
  ])('strategic %s', async (n, answer) => {
    const all = '/apis/apps/v1/namespaces/default/deployments'
    const template = '{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}'
    await send('POST', all, `{"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":${template}}}`)
    expect((await send('PATCH', `${all}/d?dryRun=All`, `{"spec":{"replicas":${n}}}`, type('strategic-merge-patch'))).text).toContain(answer)
  })
})

// Kube-apiserver 1.37.2: the period as it was asked for, its end where 64 bits of nanoseconds wrap around.
test.each([
  [MOST, -1_000],
  [ODD, 4_611_686_019_427.388],
  ['10000000000', -8_446_744_073_709.552],
  ['30', 30_000],
])('a delete with %s seconds', async (seconds, ms) => {
  await send('POST', pods, pod('d'))
  const { code, text } = await send('DELETE', `${pods}/d`, `{"gracePeriodSeconds":${seconds}}`)
  expect(code).toBe(200)
  expect(text).toContain(`"deletionGracePeriodSeconds":${seconds}`)
  const { metadata } = JSON.parse(text) as { metadata: { deletionTimestamp: string } }
  expect(Math.abs(Date.parse(metadata.deletionTimestamp) - server.clock.now() - ms)).toBeLessThan(1000)
  await send('DELETE', `${pods}/d?gracePeriodSeconds=0`)
})

test('a delete with the period in the query', async () => {
  await send('POST', pods, pod('q'))
  expect((await send('DELETE', `${pods}/q?gracePeriodSeconds=${ODD}`)).text).toContain(`"deletionGracePeriodSeconds":${ODD}`)
})
