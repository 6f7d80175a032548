import { once } from 'node:events'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { localTransport } from '../client/local-transport.ts'
import { toStatus } from '../machinery/status.ts'
import type { RequestContext } from '../request/context.ts'
import { createAuthority, issueCertificate, type Authority } from '../serving/x509.ts'
import { LocalKubelets } from './address.ts'
import { Forwarder, type KubeletAccess } from './forward.ts'

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
  const { host = 'node.example', insecure = false } = o
  const { port } = kubelet.address() as AddressInfo
  forwarder = new Forwarder({ ...client, ...access }, { kubelets, ownPort: 0 })
  const target = { protocol: 'https:', host, port, asKubeletClient: true } as const
  const addresses = [{ address: '127.0.0.1', family: 4 }] as const
  const transport = localTransport(
    (exchange) =>
      forwarder!
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
    expect(await ask({ ca: other.cert })).toMatch(/^error trying to reach service: unable to verify/)
    expect(await ask({ ca: ca.cert }, { host: 'elsewhere.example' })).toMatch(
      /^error trying to reach service: Hostname\/IP does not match certificate's altnames/,
    )
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
})
