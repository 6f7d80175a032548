import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterAll, expect, test, vi } from 'vitest'
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
