import { gunzipSync } from 'node:zlib'
import { Profile } from 'pprof-format'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Api, List } from '../fixtures/api.ts'
import { type Server, startServer } from '../fixtures/server.ts'

/** The node's own process through the API server: the modern paths, and those that Kubernetes removed in 1.10. */
let server: Server
let api: Api
let node = ''
beforeAll(async () => {
  server = await startServer({ loops: true })
  api = server.api
  using nodes = await api.watch('/api/v1/nodes')
  interface Condition {
    type: string
    status: string
  }
  const ready = await nodes.until('a ready node', ({ object }) =>
    ((object.status?.conditions ?? []) as Condition[]).some((c) => c.type === 'Ready' && c.status === 'True'),
  )
  node = ready.object.metadata.name
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'lone' },
    spec: { containers: [{ name: 'main', image: 'registry.example/main:1' }] },
  }
  using accounts = await api.watch('/api/v1/namespaces/default/serviceaccounts')
  await accounts.until('the service account', (e) => e.object.metadata.name === 'default')
  await api.create('/api/v1/namespaces/default/pods', pod)
  using pods = await api.watch('/api/v1/namespaces/default/pods')
  await pods.until('a running pod', ({ object }) => object.status?.phase === 'Running')
})
afterAll(() => server[Symbol.asyncDispose]())

const modern = (): string => `/api/v1/nodes/${node}/proxy`
const legacy = (): string => `/api/v1/proxy/nodes/${node}`

describe('the node through the API server', () => {
  test('says that it is simulated', async () => {
    const { metadata } = await api.get(`/api/v1/nodes/${node}`)
    expect(JSON.stringify(metadata.labels)).toMatch(/simulated/)
  })

  describe.each([
    ['modern', modern],
    ['legacy', legacy],
  ])('%s paths', (_, base) => {
    test.each([
      ['/healthz', /^ok/],
      ['/pods', /"kind":"PodList"/],
      ['/runningpods/', /"lone"/],
      ['/stats/summary', /"nodeName"/],
      ['/configz', /kubeletconfig/],
      ['/metrics', /^# (HELP|TYPE) /m],
      ['/spec/', /"num_cores"/],
      ['/debug/pprof/', /<a href=.?profile/],
      ['/logs/', /<pre>[\s\S]*<a href=/],
    ])('%s', async (path, text) => {
      const answer = await api.send('GET', base() + path, { accept: '*/*' })
      expect([answer.status, answer.text.slice(0, 20_000)]).toEqual([200, expect.stringMatching(text)])
    })

    test('a path without its slash leads to the one with it', async () => {
      const answer = await api.send('GET', `${base()}?a=b`)
      expect([answer.status, answer.headers.location]).toEqual([301, `${base()}/?a=b`])
    })

    test('redirects of the node stay below the proxy', async () => {
      const answer = await api.send('GET', `${base()}/logs`)
      // Go's mux answers 307 since 1.26, which the kubelet is built with.
      expect([answer.status, answer.headers.location]).toEqual([307, `${base()}/logs/`])
    })

    test('no way out of the log folder', async () => {
      for (const path of ['/logs/../../etc/passwd', '/logs/%2e%2e/%2e%2e/etc/passwd', '/logs/..%2f..%2fetc/passwd']) {
        const answer = await api.send('GET', base() + path)
        expect(answer.status, path).toBe(404)
        expect(answer.text).not.toContain('root:')
      }
    })

    test.each(['heap', 'profile?seconds=1'])('/debug/pprof/%s is a profile that opens', async (path) => {
      const answer = await api.send('GET', `${base()}/debug/pprof/${path}`, { accept: '*/*' })
      expect(answer.status).toBe(200)
      const profile = Profile.decode(gunzipSync(answer.body))
      expect(profile.sampleType.length).toBeGreaterThan(0)
      expect(profile.location.length).toBeGreaterThan(0)
      const strings = profile.stringTable.strings
      expect(profile.function.length).toBeGreaterThan(0)
      for (const f of profile.function) expect(strings[Number(f.name)]).toBeTypeOf('string')
    })
  })

  test('the API server is profiled as a node is', async () => {
    const bare = await api.send('GET', '/debug/pprof')
    expect([bare.status, bare.headers.location]).toEqual([302, '/debug/pprof/'])
    expect((await api.send('GET', '/debug/pprof/')).text).toContain('href="profile"')
    const unknown = await api.send('GET', '/debug/pprof/nothing')
    expect([unknown.status, unknown.text, unknown.headers['x-go-pprof']]).toEqual([404, 'Unknown profile\n', '1'])
    const { body, headers } = await api.send('GET', '/debug/pprof/profile?seconds=1', { accept: '*/*' })
    expect(headers['content-disposition']).toBe('attachment; filename="profile"')
    expect(Profile.decode(gunzipSync(body)).sample.length).toBeGreaterThan(0)
  })

  test('a node that is not there', async () => {
    expect((await api.send('GET', '/api/v1/nodes/nope/proxy/healthz')).status).toBe(404)
    expect((await api.send('GET', '/api/v1/proxy/nodes/nope/healthz')).status).toBe(404)
  })

  test('logs of a pod: whole, its end, a container that is not there', async () => {
    const base = '/api/v1/namespaces/default/pods/lone/log'
    const whole = await api.send('GET', base, { accept: '*/*' })
    const line = 'simulated: the entrypoint of registry.example/main:1 is not executed; this container stays running until it is stopped\n'
    expect([whole.status, whole.text]).toEqual([200, line])
    const tail = await api.send('GET', `${base}?tailLines=1&timestamps=true`, { accept: '*/*' })
    expect(tail.text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z simulated: .*\n$/)
    expect((await api.send('GET', `${base}?limitBytes=5`, { accept: '*/*' })).body.length).toBe(5)
    const wrong = await api.send('GET', `${base}?container=none`)
    expect([wrong.status, wrong.json<{ message: string }>().message]).toEqual([400, 'container none is not valid for pod lone'])
    using following = await api.stream(`${base}?follow=true`, '*/*')
    await following.bytes('the lines so far', whole.body.length)
  })

  test.each([
    ['exec?command=ls', 400, 'you must specify at least 1 of stdin, stdout, stderr'],
    ['exec?command=ls&stdout=true', 501, 'exec is not supported by this node: its containers are simulated and run no process'],
    ['portforward?ports=80', 501, 'portForward is not supported by this node: its containers are simulated and run no process'],
  ])('a stream into a pod is for its kubelet to open: %s', async (path, status, text) => {
    const headers = { connection: 'Upgrade', upgrade: 'SPDY/3.1' }
    const answer = await api.send('POST', `/api/v1/namespaces/default/pods/lone/${path}`, { headers })
    expect([answer.status, answer.text.trim()]).toEqual([status, text])
  })

  test('a pod that a node runs is deleted without grace, once', async () => {
    const base = '/api/v1/namespaces/default/pods'
    using pods = await api.watch(base)
    for (let i = 0; i < 5; i++) {
      const name = `brief-${i}`
      await api.create(base, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name },
        spec: { containers: [{ name: 'main', image: 'registry.example/main:1' }] },
      })
      await pods.until(`${name} runs`, ({ object }) => object.metadata.name === name && object.status?.phase === 'Running')
      const { status } = await api.send('DELETE', `${base}/${name}?gracePeriodSeconds=0`)
      expect(status).toBe(200)
      await pods.until(`${name} is gone`, (e) => e.type === 'DELETED' && e.object.metadata.name === name)
      expect(pods.events.filter((e) => e.type === 'DELETED' && e.object.metadata.name === name)).toHaveLength(1)
    }
  })

  test('the pod’s story stands in its events', async () => {
    const reasons = async (): Promise<string[]> =>
      (await api.get<List>('/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Dlone')).items.map((e) => String(e.reason))
    expect(await reasons()).toEqual(expect.arrayContaining(['Scheduled', 'Started']))
  })
})
