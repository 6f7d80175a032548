import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, expect, test, vi } from 'vitest'
import { Api } from '../fixtures/api.ts'
import type { Pair } from '../fixtures/authority.ts'
import { scratch } from '../fixtures/scratch.ts'
import { startServer } from '../fixtures/server.ts'
import { PATIENCE_MS } from '../fixtures/until.ts'
import { createAuthority, issueCertificate } from '../../server/serving/x509.ts'

/** Certificates of the user's, by the flags and files that kube-apiserver has for them. */
const dir = scratch()
afterAll(() => dir[Symbol.dispose]())
const now = Date.UTC(2020, 0, 1)
const days = 36_500
const ca = createAuthority('users', now, days)
const file = (name: string): string => join(dir.path, name)
function write(name: string, commonName: string): void {
  const { cert, key } = issueCertificate(ca, { ...{ commonName, now, days, names: ['localhost', '127.0.0.1'] }, use: 'server' })
  writeFileSync(file(`${name}.crt`), cert)
  writeFileSync(file(`${name}.key`), key)
}

async function shownTo(url: string, servername?: string): Promise<string> {
  const { port } = new URL(url)
  const socket = connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false, ...(servername ? { servername } : {}) })
  await once(socket, 'secureConnect')
  const name = String(socket.getPeerCertificate().subject.CN)
  socket.destroy()
  return name
}

test('a renewed certificate and one for a name are shown without a new start', async () => {
  write('serving', 'first')
  write('named', 'named')
  await using server = await startServer({
    flags: [
      ...['--tls-min-version=VersionTLS13', '--goaway-chance=0.02'],
      ...[`--tls-cert-file=${file('serving.crt')}`, `--tls-private-key-file=${file('serving.key')}`],
      `--tls-sni-cert-key=${file('named.crt')},${file('named.key')}:api.example`,
    ],
  })
  expect(await shownTo(server.url)).toBe('first')
  expect(await shownTo(server.url, 'api.example')).toBe('named')
  write('serving', 'second')
  await vi.waitFor(async () => expect(await shownTo(server.url)).toBe('second'), { timeout: PATIENCE_MS })
  write('named', 'renamed')
  await vi.waitFor(async () => expect(await shownTo(server.url, 'api.example')).toBe('renamed'), { timeout: PATIENCE_MS })
})

test('authorities of clients and of front proxies that change in their files count without a new start, and those taken away no longer do', async () => {
  const old = createAuthority('old', now, days)
  const client = (by: typeof ca): Pair => issueCertificate(by, { ...{ commonName: 'carla', now, days }, use: 'client' })
  const [before, after] = [client(old), client(ca)]
  for (const name of ['clients.crt', 'proxies.crt']) writeFileSync(file(name), old.cert)
  await using server = await startServer({
    flags: [
      ...[`--client-ca-file=${file('clients.crt')}`, `--requestheader-client-ca-file=${file('proxies.crt')}`],
      '--requestheader-username-headers=X-Remote-User',
    ],
  })
  const { api } = server
  const as = (pair: Pair): Api => new Api(server.url, { ca: api.ca, ...pair })
  const nameOf = async (who: Api, headers: Record<string, string> = {}): Promise<unknown> => {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }
    const { status, text } = await who.send('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body, headers })
    return status === 201 ? (JSON.parse(text) as { status: { userInfo: { username: string } } }).status.userInfo.username : status
  }
  const proxied = { 'X-Remote-User': 'piet' }
  using known = as(before)
  using unknown = as(after)
  expect([await nameOf(known), await nameOf(known, proxied), await nameOf(unknown)]).toEqual(['carla', 'piet', 401])

  writeFileSync(file('clients.crt'), ca.cert)
  await vi.waitFor(async () => expect([await nameOf(known), await nameOf(unknown)]).toEqual([401, 'carla']), { timeout: PATIENCE_MS })
  expect(await nameOf(known, proxied)).toBe('piet')
  writeFileSync(file('proxies.crt'), ca.cert)
  await vi.waitFor(async () => expect(await nameOf(known, proxied)).toBe(401), { timeout: PATIENCE_MS })
  expect(await nameOf(unknown, proxied)).toBe('piet')
  const told = (): Promise<{ data: Record<string, string> }> =>
    api.get('/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication')
  await vi.waitFor(async () => expect((await told()).data['requestheader-client-ca-file']).toContain(ca.cert), { timeout: PATIENCE_MS })
  expect((await told()).data['client-ca-file']).toContain(ca.cert)
  // What has nothing of use changes nothing.
  writeFileSync(file('clients.crt'), 'no certificates')
  await vi.waitFor(() => expect(server.out.stderr + server.out.stdout).toContain('has no certificates'), { timeout: PATIENCE_MS })
  expect([await nameOf(known), await nameOf(unknown)]).toEqual([401, 'carla'])
})
