import { once } from 'node:events'
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../machinery/clock.ts'
import { subjectOf } from '../machinery/x509/name.ts'
import { listen, type Listener, type ListenOptions } from './server.ts'
import { createAuthority, issueCertificate, type Authority, type KeyPair } from './x509.ts'

// Peers judge certificates by the system's time, so these are good at any.
const now = Date.UTC(2020, 0, 1)
const days = 36_500
let ca: Authority
let own: KeyPair
beforeAll(() => {
  ca = createAuthority('test-ca', now, days)
  own = certificate('own', ['localhost'])
})
const certificate = (commonName: string, names: readonly string[]): KeyPair =>
  issueCertificate(ca, { ...{ commonName, names, now, days }, use: 'server' })

let listener: Listener | undefined
afterEach(() => listener?.close(0))
async function start(tls: Partial<ListenOptions['tls']>, more: Partial<ListenOptions> = {}): Promise<void> {
  listener = await listen({ port: 0, host: '127.0.0.1', tls: { cert: own.cert, key: own.key, ...tls }, clock: systemClock, ...more })
  listener.serve((exchange) => exchange.respond(200, {}))
}

/** A handshake, and what came of it. */
async function shake(o: ConnectionOptions = {}): Promise<{ name: string; cipher: string; version: string; alpn: string | false }> {
  const socket = connect({ host: '127.0.0.1', port: listener!.port, rejectUnauthorized: false, ...o })
  await once(socket, 'secureConnect')
  const { raw } = socket.getPeerCertificate()
  const name = subjectOf(raw).commonName
  const seen = { name, cipher: socket.getCipher().standardName, version: socket.getProtocol()!, alpn: socket.alpnProtocol ?? false }
  socket.destroy()
  return seen
}
const refused = (o: ConnectionOptions): Promise<string> =>
  shake(o).then(
    () => 'accepted',
    (e: unknown) => (e as NodeJS.ErrnoException).code ?? String(e),
  )

describe('bounds of the handshake', () => {
  test('a lowest version', async () => {
    await start({ bounds: { minVersion: 'TLSv1.3' } })
    expect((await shake()).version).toBe('TLSv1.3')
    expect(await refused({ maxVersion: 'TLSv1.2' })).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')
  })

  test('cipher suites', async () => {
    await start({ bounds: { ciphers: ['ECDHE-ECDSA-AES256-GCM-SHA384'] } })
    expect((await shake({ maxVersion: 'TLSv1.2' })).cipher).toBe('TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384')
    expect(await refused({ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' })).toBe(
      'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    )
  })

  test('groups', async () => {
    await start({ bounds: { groups: ['P-384'] } })
    expect((await shake({ ecdhCurve: 'P-384' })).version).toBe('TLSv1.3')
    expect(await refused({ ecdhCurve: 'P-256' })).toBe('ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE')
  })

  test('HTTP/2 is offered unless it is turned off', async () => {
    const ALPNProtocols = ['h2', 'http/1.1']
    await start({})
    expect((await shake({ ALPNProtocols })).alpn).toBe('h2')
    await listener!.close(0)
    await start({}, { onlyHttp1: true })
    expect((await shake({ ALPNProtocols })).alpn).toBe('http/1.1')
  })

  test('two servers share a port when both say so', async () => {
    await start({}, { reusePort: true })
    const second = { ...{ port: listener!.port, host: '127.0.0.1', clock: systemClock }, tls: { cert: own.cert, key: own.key } }
    await expect(listen(second)).rejects.toThrow('is in use by another program')
    await (await listen({ ...second, reusePort: true })).close(0)
  })
})

describe('certificates that are renewed', () => {
  test('are shown from then on, the ones for names too', async () => {
    await start({ named: [{ ...certificate('before', []), names: ['a.example'] }] })
    const { cert, key } = certificate('renewed', ['localhost'])
    listener!.useCertificates({ cert, key, named: [{ ...certificate('after', []), names: ['a.example'] }] })
    expect([(await shake()).name, (await shake({ servername: 'a.example' })).name]).toEqual(['renewed', 'after'])
  })

  test('those that cannot be used change nothing', async () => {
    await start({ named: [{ ...certificate('before', []), names: ['a.example'] }] })
    const { cert } = certificate('renewed', ['localhost'])
    expect(() => listener!.useCertificates({ cert, key: own.key, named: [] })).toThrow(/key values mismatch/)
    expect([(await shake()).name, (await shake({ servername: 'a.example' })).name]).toEqual(['own', 'before'])
  })
})

test('with other authorities of clients, connections that have shown a certificate end, and those are asked for', async () => {
  await start({ clientCa: ca.cert })
  const others = createAuthority('others', now, days)
  const [mine, theirs] = [ca, others].map((by) => issueCertificate(by, { ...{ commonName: 'client', now, days }, use: 'client' }))
  const open = async (shown: Partial<KeyPair> = {}): Promise<TLSSocket> => {
    const socket = connect({ host: '127.0.0.1', port: listener!.port, rejectUnauthorized: false, ...shown })
    await once(socket.resume(), 'secureConnect')
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await once(socket, 'data')
    return socket
  }
  const [known, unknown, silent] = [await open(mine), await open(theirs), await open()]
  const ended = Promise.all([once(known, 'end'), once(unknown, 'end')])
  listener!.useCertificates({ cert: own.cert, key: own.key, clientCa: others.cert })
  await ended
  silent.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
  await once(silent, 'data')
  expect([known.readableEnded, unknown.readableEnded, silent.readableEnded]).toEqual([true, true, false])
  silent.destroy()
})

describe('a certificate for the name that a client asks for', () => {
  const servername = async (name: string): Promise<string> => (await shake({ servername: name })).name

  test('the name itself before one with *, names that were given before those of certificates, and the first of equal ones', async () => {
    const [given, wild, itself, later] = [
      certificate('given', ['itself.example']),
      certificate('wild', ['elsewhere.example']),
      certificate('itself', ['itself.example', 'mine.example', '*.mine.example']),
      certificate('later', ['mine.example']),
    ]
    await start({
      named: [
        { ...itself, names: [] },
        { ...given, names: ['given.example', 'itself.example'] },
        { ...wild, names: ['*.example', 'given.example'] },
        { ...later, names: [] },
      ],
    })
    expect(await servername('given.example')).toBe('given')
    expect(await servername('itself.example')).toBe('given')
    expect(await servername('GIVEN.example')).toBe('given')
    expect(await servername('mine.example')).toBe('itself')
    expect(await servername('a.mine.example')).toBe('itself')
    expect(await servername('other.example')).toBe('wild')
    expect(await servername('a.b.example')).toBe('own')
    expect(await servername('elsewhere.example')).toBe('wild')
    expect((await shake()).name).toBe('own')
  })

  test('a common name counts as a name', async () => {
    await start({ named: [{ ...certificate('common.example', ['other.example']), names: [] }] })
    expect(await servername('common.example')).toBe('common.example')
    expect(await servername('elsewhere.invalid')).toBe('own')
  })

  test('the bounds hold for it', async () => {
    await start({ bounds: { minVersion: 'TLSv1.3' }, named: [{ ...certificate('a.example', []), names: ['a.example'] }] })
    expect(await refused({ servername: 'a.example', maxVersion: 'TLSv1.2' })).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION')
  })
})
