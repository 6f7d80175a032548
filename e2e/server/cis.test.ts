import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAuthority, issueCertificate } from '../../server/serving/x509.ts'
import { Api, type Answer, type Call, readKubeconfig } from '../fixtures/api.ts'
import { type Server, startServer } from '../fixtures/server.ts'
import { until } from '../fixtures/until.ts'
import { items, page } from './cis.items.ts'

let server: Server
let hardened: Server
/** Nobody, at the API server and at the kubelet; both know the same authority. */
let anonymous: Api
let kubelet: Api

beforeAll(async () => {
  server = await startServer({ loops: true, flags: ['--nodes=1'] })
  hardened = await startServer({
    flags: ['--anonymous-auth=false', '--profiling=false', '--service-account-extend-token-expiration=false'],
  })
  anonymous = apiOf(server, server.url)
  const port = await until('a kubelet', async () => {
    const { items: nodes } = (await ask('GET', '/api/v1/nodes')).json<{ items: { status?: { daemonEndpoints?: Endpoints } }[] }>()
    return nodes[0]?.status?.daemonEndpoints?.kubeletEndpoint?.Port
  })
  kubelet = apiOf(server, `https://127.0.0.1:${port}`)
})
afterAll(async () => {
  for (const api of [anonymous, kubelet]) api[Symbol.dispose]()
  await Promise.all([server[Symbol.asyncDispose](), hardened[Symbol.asyncDispose]()])
})

interface Endpoints {
  kubeletEndpoint?: { Port: number }
}

const apiOf = (of: Server, url: string, credentials: { cert?: string; key?: string } = {}): Api =>
  new Api(url, { ca: readKubeconfig(of.kubeconfig).ca, ...credentials })
const ask = (method: string, path: string, call: Call = {}): Promise<Answer> => server.api.send(method, path, call)
const as = (user: string, ...groups: string[]): Call => ({
  headers: { 'impersonate-user': user, ...(groups.length === 0 ? {} : { 'impersonate-group': groups[0]! }) },
})
const mode = (...path: string[]): number => statSync(join(server.dir, ...path)).mode & 0o777

async function tokenOf(of: Server, name: string): Promise<{ token: string; seconds: number }> {
  const accounts = '/api/v1/namespaces/default/serviceaccounts'
  expect([201, 409]).toContain((await of.api.send('POST', accounts, { body: { metadata: { name } } })).status)
  // As kubelets ask for one: of a pod, for an hour and seven seconds.
  const pod = { metadata: { name }, spec: { serviceAccountName: name, containers: [{ name: 'c', image: 'i' }] } }
  expect((await of.api.send('POST', '/api/v1/namespaces/default/pods', { body: pod })).status).toBe(201)
  const spec = { expirationSeconds: 3607, boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name } }
  const { token } = (await of.api.send('POST', `${accounts}/${name}/token`, { body: { spec } })).json<{ status: { token: string } }>()
    .status
  const { exp, iat } = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as { exp: number; iat: number }
  return { token, seconds: exp - iat }
}

/** The code of the answer to somebody with another authority's certificate. */
async function withForeignCertificate(url: string): Promise<number> {
  const now = Date.now()
  const request = { commonName: 'kubernetes-admin', organizations: ['system:masters'], use: 'client', now } as const
  const { cert, key } = issueCertificate(createAuthority('elsewhere', now), request)
  const api = apiOf(server, url, { cert, key })
  try {
    return (await api.send('GET', '/metrics')).status
  } finally {
    api[Symbol.dispose]()
  }
}

/** Whether a handshake with these ciphers and no newer version than this succeeds. */
const takes = (url: string, maxVersion: 'TLSv1.1' | 'TLSv1.2', ciphers: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname: host, port } = new URL(url)
    const socket = connect({ host, port: Number(port), rejectUnauthorized: false, minVersion: 'TLSv1', maxVersion, ciphers }, () => {
      resolve(true)
      socket.destroy()
    })
    socket.once('error', () => resolve(false))
  })

async function onlyStrong(url: string): Promise<void> {
  expect(await takes(url, 'TLSv1.1', 'DEFAULT@SECLEVEL=0')).toBe(false)
  for (const weak of ['AES128-SHA', 'AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-SHA256']) expect(await takes(url, 'TLSv1.2', weak)).toBe(false)
  expect(await takes(url, 'TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256')).toBe(true)
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1'

const checks: Readonly<Record<string, () => Promise<void> | void>> = {
  '1.1.13': () => expect(mode('kubeconfig')).toBe(0o600),
  '1.1.19': () => expect(mode('data')).toBe(0o700),
  '1.1.21': () => {
    for (const key of ['ca.key', 'sa.key', 'apiserver.key']) expect([key, mode('data', 'pki', key)]).toEqual([key, 0o600])
  },
  async '1.2.1'() {
    const nobody = apiOf(hardened, hardened.url)
    try {
      expect((await nobody.send('GET', '/healthz')).status).toBe(401)
    } finally {
      nobody[Symbol.dispose]()
    }
    expect((await anonymous.send('GET', '/healthz')).status).toBe(200)
    expect((await anonymous.send('GET', '/api')).status).toBe(403)
  },
  '1.2.2': async () => expect((await anonymous.send('GET', '/healthz', { token: 'any' })).status).toBe(401),
  '1.2.4': async () => expect((await ask('GET', `/api/v1/nodes/${await nodeName()}/proxy/healthz`)).text).toBe('ok'),
  '1.2.6': async () => expect((await ask('GET', '/api/v1/secrets', as('somebody'))).status).toBe(403),
  async '1.2.7'() {
    expect((await ask('GET', '/api/v1/nodes/n', as('system:node:n', 'system:nodes'))).status).toBe(404)
    expect((await ask('GET', '/api/v1/nodes/other', as('system:node:n', 'system:nodes'))).text).toContain('only its own Node object')
  },
  async '1.2.8'() {
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' }
    const subjects = [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'viewer' }]
    const pods = '/api/v1/namespaces/default/pods'
    expect((await ask('GET', pods, as('viewer'))).status).toBe(403)
    const binding = { metadata: { name: 'viewer' }, roleRef, subjects }
    expect((await ask('POST', `${RBAC}/namespaces/default/rolebindings`, { body: binding })).status).toBe(201)
    await until('the binding counts', async () => (await ask('GET', pods, as('viewer'))).status === 200)
  },
  '1.2.10': async () =>
    expect((await ask('POST', '/api/v1/namespaces/missing/configmaps', { body: { metadata: { name: 'x' } } })).status).toBe(404),
  async '1.2.12'() {
    const pod = (more: object): Call => ({
      body: { metadata: { name: 'cis' }, spec: { containers: [{ name: 'c', image: 'i' }], ...more } },
    })
    const pods = '/api/v1/namespaces/default/pods?dryRun=All'
    expect((await ask('POST', pods, pod({ serviceAccountName: 'missing' }))).status).toBe(403)
    expect((await ask('POST', pods, pod({}))).text).toContain('/var/run/secrets/kubernetes.io/serviceaccount')
  },
  '1.2.13': async () =>
    expect((await ask('POST', '/api/v1/namespaces/missing/secrets', { body: { metadata: { name: 'x' } } })).text).toContain(
      '\\"missing\\" not found',
    ),
  async '1.2.14'() {
    const call = { ...as('system:node:n', 'system:nodes'), body: { metadata: { name: 'other' } } }
    expect((await ask('POST', '/api/v1/nodes?dryRun=All', call)).text).toContain('is not allowed to modify node')
  },
  async '1.2.15'() {
    expect((await hardened.api.send('GET', '/debug/pprof/')).status).toBe(404)
    expect((await ask('GET', '/debug/pprof/')).status).toBe(200)
    expect((await ask('GET', '/debug/pprof/', as('somebody'))).status).toBe(403)
  },
  async '1.2.21'() {
    const { token } = await tokenOf(server, 'leaver')
    expect((await anonymous.send('GET', '/api', { token })).status).toBe(200)
    expect((await ask('DELETE', '/api/v1/namespaces/default/serviceaccounts/leaver')).status).toBe(200)
    await until('the token is refused', async () => (await anonymous.send('GET', '/api', { token })).status === 401)
  },
  '1.2.22': () => {
    const [own, other] = ['sa.key', 'apiserver.key'].map((f) => readFileSync(join(server.dir, 'data', 'pki', f), 'utf8'))
    expect(own).not.toBe(other)
  },
  // The client has checked it against the authority.
  '1.2.24': async () => expect((await anonymous.send('GET', '/healthz')).status).toBe(200),
  '1.2.25': async () => expect(await withForeignCertificate(server.url)).toBe(401),
  '1.2.29': () => onlyStrong(server.url),
  async '1.2.30'() {
    expect((await tokenOf(server, 'reader')).seconds).toBeGreaterThan(86_400 * 300)
    expect((await tokenOf(hardened, 'reader')).seconds).toBe(3607)
  },
  '4.2.1': async () => expect((await kubelet.send('GET', '/pods')).status).toBe(401),
  async '4.2.2'() {
    const { token } = await tokenOf(server, 'curious')
    expect((await kubelet.send('GET', '/pods', { token })).status).toBe(403)
  },
  '4.2.3': async () => expect(await withForeignCertificate(kubelet.url)).toBe(401),
  '4.2.4': async () => {
    const plain = fetch(kubelet.url.replace('https:', 'http:') + '/pods').then((r) => r.status)
    expect(await plain.catch(() => 'nothing')).not.toBe(200)
  },
  // The client has checked it against the authority.
  '4.2.9': async () => expect((await kubelet.send('GET', '/healthz')).status).toBe(401),
  '4.2.12': () => onlyStrong(kubelet.url),
}

async function nodeName(): Promise<string> {
  return (await ask('GET', '/api/v1/nodes')).json<{ items: { metadata: { name: string } }[] }>().items[0]!.metadata.name
}

describe('the CIS benchmark', () => {
  test('the table says which items are checked', () => {
    expect(Object.keys(checks).sort()).toEqual(items.flatMap((i) => (i.checked ? [i.id] : [])).sort())
    expect(new Set(items.map((i) => i.id)).size).toBe(items.length)
  })
  test('the document says what the table says', () => {
    expect(readFileSync(join(import.meta.dirname, '../../docs/cis-benchmark.md'), 'utf8')).toBe(page())
  })
  for (const { id, title, checked } of items) if (checked) test(`${id} ${title}`, async () => void (await checks[id]!()))
})
