import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { administrator } from '../authn/components.ts'
import { localTransport } from '../client/local-transport.ts'
import { toStatus } from '../machinery/status.ts'
import type { RequestContext } from '../request/context.ts'
import { createAuthority, issueCertificate, type Authority } from '../serving/x509.ts'
import { startTestServer } from '../testing/api-server.ts'
import { LocalKubelets } from './address.ts'
import { Forwarder } from './forward.ts'
import type { KubeletAccess } from './kubelet-agents.ts'

// Peers judge certificates by the system's time, so these are good at any.
const now = Date.UTC(2020, 0, 1)
const days = 36_500
let ca: Authority
let other: Authority
let client: { cert: string; key: string }
let kubelet: Server
let forwarder: Forwarder | undefined
const kubelets = new LocalKubelets()
beforeAll(async () => {
  ca = createAuthority('kubelets', now, days)
  other = createAuthority('others', now, days)
  client = issueCertificate(ca, { commonName: 'api', use: 'client', now, days })
  const { cert, key } = issueCertificate(ca, { commonName: 'node', use: 'server', names: ['node.example'], now, days })
  kubelet = createServer({ cert, key }, (_req, res) => res.end('hello')).listen(0, '127.0.0.1')
  await once(kubelet, 'listening')
})
afterAll(() => {
  kubelet.closeAllConnections()
  kubelet.close()
})
afterEach(() => forwarder?.close())

async function ask(access: Partial<KubeletAccess>, o: { host?: string; insecure?: boolean } = {}): Promise<string> {
  forwarder = new Forwarder({ ...client, ...access }, { kubelets, ownPort: 0 })
  return askThrough(forwarder, { host: 'node.example', port: (kubelet.address() as AddressInfo).port, ...o })
}

async function askThrough(by: Forwarder, o: { host: string; port: number; insecure?: boolean }): Promise<string> {
  const { host, port, insecure = false } = o
  const target = { protocol: 'https:', host, port, asKubeletClient: true } as const
  const addresses = [{ address: '127.0.0.1', family: 4 }] as const
  const transport = localTransport(
    (exchange) =>
      by
        .forward({ exchange } as RequestContext, { target, addresses, prefix: '', path: exchange.path, insecure })
        .catch((e: unknown) => exchange.respond(toStatus(e).code!, {}, Buffer.from(toStatus(e).message!))),
    { name: 'admin', groups: [] },
  )
  return (await transport.request({ method: 'GET', path: '/', headers: {} })).body.toString()
}

describe('certificates of kubelets', () => {
  test('any is good without a CA', async () => {
    expect(await ask({}, { host: 'elsewhere.example' })).toBe('hello')
  })

  test('with a CA they must be of it, and of the node that was asked', async () => {
    expect(await ask({ ca: ca.cert })).toBe('hello')
    expect(await ask({ ca: other.cert })).toBe(
      'error trying to reach service: tls: failed to verify certificate: x509: certificate signed by unknown authority',
    )
    expect(await ask({ ca: ca.cert }, { host: 'elsewhere.example' })).toBe(
      'error trying to reach service: tls: failed to verify certificate: x509: certificate is valid for node.example, not elsewhere.example',
    )
  })

  // k8s.io/kubernetes/test/integration/apiserver/podlogs, TestInsecurePodLogs
  test('logs come of those whose certificates are good, unless somebody says that it does not matter', async () => {
    const server = await startTestServer({ kubelets: { ...client, ca: other.cert } })
    const { port } = kubelet.address() as AddressInfo
    try {
      const status = { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }], daemonEndpoints: { kubeletEndpoint: { Port: port } } }
      await server.send('POST', '/api/v1/nodes', { metadata: { name: 'node' }, status })
      const spec = { nodeName: 'node', automountServiceAccountToken: false, containers: [{ name: 'c', image: 'i' }] }
      expect((await server.send('POST', '/api/v1/namespaces/default/pods', { metadata: { name: 'p' }, spec })).code).toBe(201)
      const transport = server.api.transport(administrator)
      const log = async (query: string): Promise<[number, string]> => {
        const { status: code, body } = await transport.request({
          method: 'GET',
          path: `/api/v1/namespaces/default/pods/p/log${query}`,
          headers: {},
        })
        return [code, body.toString()]
      }
      for (const query of ['', '?insecureSkipTLSVerifyBackend=false', '?insecureSkipTLSVerifyBackend=0']) {
        const [code, text] = await log(query)
        expect([code, (JSON.parse(text) as { message: string }).message]).toEqual([
          500,
          `Get "https://127.0.0.1:${port}/containerLogs/default/p/c": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
        ])
      }
      for (const query of ['?insecureSkipTLSVerifyBackend=true', '?insecureSkipTLSVerifyBackend'])
        expect(await log(query)).toEqual([200, 'hello'])
    } finally {
      await server.close()
    }
  })

  test('unless the caller says that it does not matter', async () => {
    expect(await ask({ ca: other.cert }, { insecure: true })).toBe('hello')
  })

  test('those of kubelets of this process are their own', async () => {
    const remove = kubelets.add('127.0.0.1', (kubelet.address() as AddressInfo).port)
    expect(await ask({ ca: other.cert })).toBe('hello')
    remove()
    expect(await ask({ ca: other.cert })).not.toBe('hello')
  })

  // The same folder, TestPodLogsKubeletClientCertReload
  test('what is shown to them and what they must have can change while connections are kept', async () => {
    const names: string[] = []
    const { cert, key } = issueCertificate(ca, { commonName: 'node', use: 'server', names: ['node.example'], now, days })
    const asking = createServer({ cert, key, requestCert: true, rejectUnauthorized: false }, (req, res) => {
      names.push(String((req.socket as TLSSocket).getPeerCertificate().subject.CN))
      res.end('hello')
    }).listen(0, '127.0.0.1')
    await once(asking, 'listening')
    const { port } = asking.address() as AddressInfo
    const named = (commonName: string): { cert: string; key: string } => issueCertificate(ca, { commonName, use: 'client', now, days })
    const through = new Forwarder({ ...named('first'), ca: ca.cert }, { kubelets, ownPort: 0 })
    forwarder = through
    const again = (): Promise<string> => askThrough(through, { host: 'node.example', port })
    expect([await again(), await again()]).toEqual(['hello', 'hello'])
    through.useKubeletAccess({ ...named('second'), ca: ca.cert })
    expect(await again()).toBe('hello')
    expect(names).toEqual(['first', 'first', 'second'])
    through.useKubeletAccess({ ...named('second'), ca: other.cert })
    expect(await again()).toMatch(/unknown authority$/)
    // Nodes of this process know the server's own.
    const remove = kubelets.add('127.0.0.1', port)
    through.useKubeletAccess({ ...named('second'), ca: other.cert, own: named('own') })
    expect(await again()).toBe('hello')
    expect(names.at(-1)).toBe('own')
    remove()
    asking.closeAllConnections()
    asking.close()
  })
})
