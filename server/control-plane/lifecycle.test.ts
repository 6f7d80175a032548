import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { administrator } from '../authn/components.ts'
import { startTestServer, type TestServer } from '../testing/api-server.ts'

/** What a kube-apiserver 1.37.2 tells of itself at `/livez?verbose`, in its order. */
const UPSTREAM = [
  ...['ping', 'log', 'loopback-serving-certificate', 'etcd'],
  ...[
    ...['start-apiserver-admission-initializer', 'generic-apiserver-start-informers', 'priority-and-fairness-config-consumer'],
    ...['priority-and-fairness-filter', 'storage-object-count-tracker-hook', 'start-apiextensions-informers'],
    ...['start-apiextensions-controllers', 'crd-informer-synced', 'start-system-namespaces-controller'],
    ...['peer-endpoint-reconciler-controller', 'start-cluster-authentication-info-controller'],
    ...['start-kube-apiserver-identity-lease-controller', 'start-kube-apiserver-identity-lease-garbage-collector', 'storage-readiness'],
    ...['start-legacy-token-tracking-controller', 'start-service-ip-repair-controllers', 'rbac/bootstrap-roles'],
    ...['scheduling/bootstrap-system-priority-classes', 'priority-and-fairness-config-producer', 'bootstrap-controller'],
    ...['start-kubernetes-service-cidr-controller', 'start-kube-aggregator-informers', 'apiservice-status-local-available-controller'],
    ...['apiservice-status-remote-available-controller', 'apiservice-registration-controller', 'apiservice-discovery-controller'],
    'kube-apiserver-autoregistration',
  ].map((hook) => `poststarthook/${hook}`),
  'autoregister-completion',
  ...['poststarthook/apiservice-openapi-controller', 'poststarthook/apiservice-openapiv3-controller'],
]
/** Of what is not here: priorities and fairness, requests that peers take over, connections to oneself. */
const ABSENT = /loopback|priority-and-fairness|object-count|peer-endpoint/

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

async function ask(path: string): Promise<{ status: number; text: string }> {
  const { status, body } = await server.api.transport(administrator).request({ method: 'GET', path, headers: {} })
  return { status, text: body.toString() }
}
const checksOf = (text: string): string[] => [...text.matchAll(/^\[\+\](\S+) ok$/gm)].map(([, name]) => name!)

test('with a delay of the end the server answers on, and says that it is not ready', async () => {
  const ending = await startTestServer({ shutdownDelayMs: 70_000 })
  const transport = ending.api.transport(administrator)
  const get = async (path: string): Promise<[number, string]> => {
    const { status, body } = await transport.request({ method: 'GET', path, headers: {} })
    return [status, body.toString()]
  }
  let closed = false
  const close = ending.close().then(() => (closed = true))
  const [status, text] = await get('/readyz')
  expect([status, text]).toEqual([500, expect.stringContaining('[-]shutdown failed: reason withheld')])
  expect(await get('/livez')).toEqual([200, 'ok'])
  expect((await get('/api/v1/namespaces/default'))[0]).toBe(200)
  ending.clock.advance(69_999)
  expect((await get('/livez'))[0]).toBe(200)
  expect(closed).toBe(false)
  ending.clock.advance(1)
  await close
})

describe('what the server tells of itself', () => {
  const shared = UPSTREAM.filter((name) => !ABSENT.test(name))

  test('/livez and /healthz name the checks of upstream that make sense here, in its order', async () => {
    for (const endpoint of ['livez', 'healthz']) {
      const { status, text } = await ask(`/${endpoint}?verbose`)
      expect([status, checksOf(text)]).toEqual([200, shared])
      expect(text).toMatch(new RegExp(`\\n${endpoint} check passed\\n$`))
    }
  })

  test('/readyz has its own beside them', async () => {
    const [basic, hooks] = [shared.slice(0, 3), shared.slice(3)]
    expect(checksOf((await ask('/readyz?verbose')).text)).toEqual([...basic, 'etcd-readiness', 'informer-sync', ...hooks, 'shutdown'])
  })

  test('each is asked alone, too', async () => {
    for (const name of shared) expect(await ask(`/readyz/${name}`)).toEqual({ status: 200, text: 'ok' })
    expect((await ask('/readyz/poststarthook')).status).toBe(404)
    expect((await ask('/livez/etcd-readiness')).status).toBe(404)
  })

  test('what is excluded and is not there is told of, in order', async () => {
    const { text } = await ask('/readyz?verbose&exclude=etcd&exclude=nope,log&exclude=also')
    expect(text).toContain('[+]etcd excluded: ok\n')
    expect(text).toContain('[+]log ok\n')
    expect(text).toContain('\nwarn: some health checks cannot be excluded: no matches for "also","nope,log"\nreadyz check passed\n')
  })
})
