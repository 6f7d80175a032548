import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testing/api-server.ts'

type Json = Record<string, unknown>

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const container = (name: string, requests?: Json, limits?: Json): Json => ({
  name,
  image: 'i',
  resources: { ...(requests ? { requests } : {}), ...(limits ? { limits } : {}) },
})
const pod = (containers: Json[], more: Json = {}): Json => ({
  metadata: { name: 'p' },
  spec: { automountServiceAccountToken: false, containers, ...more },
})
const claim = (storage: string): Json => ({
  metadata: { name: 'c' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
})

/** A namespace with one limit range. */
async function limited(name: string, ...limits: Json[]): Promise<string> {
  const made = [
    await server.send('POST', '/api/v1/namespaces', { metadata: { name } }),
    await server.send('POST', `/api/v1/namespaces/${name}/serviceaccounts`, { metadata: { name: 'default' } }),
    await server.send('POST', `/api/v1/namespaces/${name}/limitranges`, { metadata: { name }, spec: { limits } }),
  ]
  // The account may be there already.
  expect(made.map(({ code }) => code === 201 || code === 409)).toEqual([true, true, true])
  await server.api.feed.fresh()
  return `/api/v1/namespaces/${name}`
}

async function refusal(path: string, body: Json): Promise<unknown> {
  const answer = await server.send('POST', `${path}?dryRun=All`, body)
  return answer.code === 201 ? 'created' : [answer.code, answer.body.message]
}

const forbidden = (what: string, why: string): [number, string] => [403, `${what} is forbidden: ${why}`]
const no = (why: string): [number, string] => forbidden('pods "p"', why)

describe('defaults', () => {
  test('fill in what a container leaves out, and an annotation tells of them', async () => {
    const ns = await limited('defaults', {
      type: 'Container',
      default: { cpu: '500m', memory: '64Mi' },
      defaultRequest: { cpu: '100m' },
    })
    const { body } = await server.send(
      'POST',
      `${ns}/pods`,
      pod([container('a'), container('b', { cpu: '50m' })], { initContainers: [container('i')] }),
    )
    const { annotations } = body.metadata as { annotations: Json }
    expect(annotations['kubernetes.io/limit-ranger']).toBe(
      'LimitRanger plugin set: cpu, memory request for container a; cpu, memory limit for container a; memory request for container b; ' +
        'cpu, memory limit for container b; cpu, memory request for init container i; cpu, memory limit for init container i',
    )
    const spec = body.spec as { containers: Json[]; initContainers: Json[] }
    expect(spec.containers.map((c) => c.resources)).toEqual([
      { requests: { cpu: '100m', memory: '64Mi' }, limits: { cpu: '500m', memory: '64Mi' } },
      { requests: { cpu: '50m', memory: '64Mi' }, limits: { cpu: '500m', memory: '64Mi' } },
    ])
    expect(spec.initContainers[0]!.resources).toEqual(spec.containers[0]!.resources)
  })

  test('a pod that says everything stays as it is', async () => {
    const ns = await limited('said', { type: 'Container', default: { cpu: '500m' } })
    const { body } = await server.send('POST', `${ns}/pods`, pod([container('a', { cpu: '1' }, { cpu: '2' })]))
    expect((body.metadata as Json).annotations).toBeUndefined()
  })
})

describe('bounds', () => {
  test('of containers', async () => {
    const ns = `${await limited('containers', { type: 'Container', min: { cpu: '100m' }, max: { cpu: '2' }, maxLimitRequestRatio: { cpu: '2.5' } })}/pods`
    const answers = await Promise.all(
      [
        pod([container('a', { cpu: '10m' }, { cpu: '20m' })]),
        pod([container('a', { cpu: '3' }, { cpu: '3' })]),
        pod([container('a', { cpu: '300m' }, { cpu: '2' })]),
        pod([container('a', { cpu: '1' }, { cpu: '1' })], { initContainers: [container('i', { cpu: '5' }, { cpu: '6' })] }),
        pod([container('a', { cpu: '1m' }, { cpu: '1m' }), container('b', { cpu: '1m' }, { cpu: '1m' })]),
        pod([container('a', { cpu: '1' }, { cpu: '2' })]),
      ].map((body) => refusal(ns, body)),
    )
    expect(answers).toEqual([
      no('minimum cpu usage per Container is 100m, but request is 10m'),
      no('maximum cpu usage per Container is 2, but limit is 3'),
      no('cpu max limit to request ratio per Container is 2500m, but provided ratio is 6.666667'),
      no('maximum cpu usage per Container is 2, but limit is 6'),
      no('minimum cpu usage per Container is 100m, but request is 1m'),
      'created',
    ])
  })

  test('of pods: all containers at once, the largest init container, what is said of the whole', async () => {
    const ns = `${await limited('pods', { type: 'Pod', max: { cpu: '2' }, min: { memory: '1Gi' } })}/pods`
    const memory = '1Gi'
    const answers = await Promise.all(
      [
        pod([container('a')]),
        pod([container('a', { cpu: '1500m', memory }, { cpu: '1500m', memory }), container('b', { cpu: '1' }, { cpu: '1' })]),
        pod([container('a', { memory }, { cpu: '1', memory })], { initContainers: [container('i', { cpu: '3' }, { cpu: '3' })] }),
        pod([container('a', { cpu: '1' }, { cpu: '1' })], { resources: { requests: { cpu: '3', memory }, limits: { cpu: '3', memory } } }),
        pod([container('a', { cpu: '2', memory }, { cpu: '2', memory })]),
      ].map((body) => refusal(ns, body)),
    )
    expect(answers).toEqual([
      no('[minimum memory usage per Pod is 1Gi.  No request is specified, maximum cpu usage per Pod is 2.  No limit is specified]'),
      no('maximum cpu usage per Pod is 2, but limit is 2500m'),
      no('maximum cpu usage per Pod is 2, but limit is 3'),
      no('maximum cpu usage per Pod is 2, but limit is 3'),
      'created',
    ])
  })

  test('of claims', async () => {
    const ns = `${await limited('claims', { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '2Gi' } })}/persistentvolumeclaims`
    const about = 'persistentvolumeclaims "c"'
    expect(await Promise.all(['1Mi', '3Gi', '2Gi'].map((size) => refusal(ns, claim(size))))).toEqual([
      forbidden(about, 'minimum storage usage per PersistentVolumeClaim is 1Gi, but request is 1Mi'),
      forbidden(about, 'maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi'),
      'created',
    ])
  })

  test('hold for a resize, and for no other update', async () => {
    const ns = await limited('resized', { type: 'Container', max: { cpu: '2' } })
    await server.send('POST', `${ns}/pods`, pod([container('a', { cpu: '1' }, { cpu: '1' })]))
    const type = { 'content-type': 'application/strategic-merge-patch+json' }
    const resize = { spec: { containers: [{ name: 'a', resources: { requests: { cpu: '3' }, limits: { cpu: '3' } } }] } }
    const answer = await server.send('PATCH', `${ns}/pods/p/resize`, resize, type)
    expect([answer.code, answer.body.message]).toEqual(no('maximum cpu usage per Container is 2, but limit is 3'))
    await server.send('PATCH', `${ns}/limitranges/resized`, { spec: { limits: [{ type: 'Container', max: { cpu: '1m' } }] } }, type)
    await server.api.feed.fresh()
    expect((await server.send('PATCH', `${ns}/pods/p`, { metadata: { labels: { a: 'b' } } }, type)).code).toBe(200)
  })

  test('a pod that has no name yet is called by what it will be', async () => {
    const ns = await limited('nameless', { type: 'Container', max: { cpu: '2' } })
    const body = { ...pod([container('a', { cpu: '3' }, { cpu: '3' })]), metadata: { generateName: 'made-' } }
    const { message } = (await server.send('POST', `${ns}/pods`, body)).body
    expect(message).toMatch(/^pods "made-[a-z0-9]{5}" is forbidden: maximum cpu usage per Container is 2, but limit is 3$/)
  })

  test('huge quantities are compared as whole numbers', async () => {
    const ns = `${await limited('huge', { type: 'PersistentVolumeClaim', max: { storage: '8E' } })}/persistentvolumeclaims`
    expect(await refusal(ns, claim('7E'))).toBe('created')
    expect(await refusal(ns, claim('9E'))).toEqual(
      forbidden('persistentvolumeclaims "c"', 'maximum storage usage per PersistentVolumeClaim is 8E, but request is 9E'),
    )
  })
})
