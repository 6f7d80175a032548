import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { join } from 'node:path'
import { createServer, type TLSSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { writeCertificates } from '../testing/certificates.ts'
import { type EtcdTlsFiles, findEtcds, startEtcd } from '../testing/etcd.ts'
import { WatchRecorder } from '../testing/recorder.ts'
import { scratchFolder } from '../testing/scratch.ts'
import { StorageOpenError } from '../contract.ts'
import { openEtcdStorage } from './open.ts'
import { tlsReader } from './tls.ts'

/** Files of two authorities, and a third set that holds the first one's at the beginning. */
async function twoAuthorities(folder: string): Promise<Record<'first' | 'second' | 'used', EtcdTlsFiles>> {
  const at = (name: string): string => {
    mkdirSync(join(folder, name))
    return join(folder, name)
  }
  const [first, second] = [await writeCertificates(at('first')), await writeCertificates(at('second'))]
  const used = { caFile: first.caFile, certFile: join(folder, 'used.crt'), keyFile: join(folder, 'used.key') }
  copyFileSync(first.certFile, used.certFile)
  copyFileSync(first.keyFile, used.keyFile)
  return { first, second, used }
}

describe('files', () => {
  test('are read anew, and given as one object while they are the same', async () => {
    await using folder = await scratchFolder()
    const { first, second, used } = await twoAuthorities(folder.path)
    const read = tlsReader(used)
    const before = read()!
    expect(before.cert).toEqual(readFileSync(first.certFile))
    expect(read()).toBe(before)
    copyFileSync(second.keyFile, used.keyFile)
    // Of another certificate: the last pair is kept.
    expect(read()).toBe(before)
    writeFileSync(used.certFile, '')
    expect(read()).toBe(before)
    copyFileSync(second.certFile, used.certFile)
    expect(read()).toEqual({ ca: before.ca, cert: readFileSync(second.certFile), key: readFileSync(second.keyFile) })
  })

  test('may be missing in part, and must be there at first', async () => {
    await using folder = await scratchFolder()
    const { first } = await twoAuthorities(folder.path)
    expect(tlsReader(undefined)()).toBeUndefined()
    expect(tlsReader({ caFile: first.caFile, certFile: '', keyFile: '' })()).toEqual({ ca: readFileSync(first.caFile) })
    expect(tlsReader({ ...first, caFile: '' })()).toMatchObject({ ca: undefined, cert: readFileSync(first.certFile) })
    expect(() => tlsReader({ ...first, keyFile: join(folder.path, 'none') })).toThrow(StorageOpenError)
  })
})

describe.each(findEtcds().slice(0, 1))('etcd $version', (binary) => {
  test('a new connection shows the certificate that the file holds by then, and what runs on an old one goes on', {
    timeout: 60_000,
  }, async () => {
    await using folder = await scratchFolder()
    await using etcd = await startEtcd(binary)
    const { first, second, used } = await twoAuthorities(folder.path)
    const inside = Number(new URL(etcd.endpoints[0]!).port)
    const [cert, key] = [first.certFile, first.keyFile].map((file) => readFileSync(file))
    /** Whose certificate each connection has shown. */
    const shown: ('first' | 'second')[] = []
    const open = new Set<TLSSocket>()
    const asFirst = new Set([readFileSync(first.certFile, 'utf8').replace(/-----.*-----|\s/g, '')])
    const door = createServer({ cert: cert!, key: key!, requestCert: true, rejectUnauthorized: false, ALPNProtocols: ['h2'] }, (socket) => {
      shown.push(asFirst.has(socket.getPeerCertificate().raw.toString('base64')) ? 'first' : 'second')
      open.add(socket)
      const inner = connect(inside, '127.0.0.1')
      socket.pipe(inner).pipe(socket)
      for (const end of [socket, inner]) end.on('error', () => undefined).on('close', () => [socket, inner].forEach((s) => s.destroy()))
    }).listen(0, '127.0.0.1')
    await once(door, 'listening')
    const url = `https://127.0.0.1:${(door.address() as AddressInfo).port}`
    const storage = await openEtcdStorage({ endpoints: [url], tls: used })
    const before = await storage.create('/a/1', Buffer.from('x'))
    const old = new WatchRecorder(storage, '/a', before)
    await old.count(1)
    expect(new Set(shown)).toEqual(new Set(['first']))

    copyFileSync(second.certFile, used.certFile)
    copyFileSync(second.keyFile, used.keyFile)
    shown.length = 0
    // A lease is asked for, and a watch opened, on new connections; the write and the old watch stay where they are.
    const after = await storage.create('/a/2', Buffer.from('y'), { ttlSeconds: 600 })
    expect(await new WatchRecorder(storage, '/a', after).count(1)).toMatchObject([{ key: '/a/2' }])
    expect((await old.count(2)).map(({ key }) => key)).toEqual(['/a/1', '/a/2'])
    expect(new Set(shown)).toEqual(new Set(['second']))

    shown.length = 0
    for (const socket of open) socket.destroy()
    await expect
      .poll(
        () =>
          storage.get('/a/1').then(
            ({ kv }) => String(kv?.value),
            () => 'away',
          ),
        { timeout: 20_000 },
      )
      .toBe('x')
    expect(new Set(shown)).toEqual(new Set(['second']))
    await storage.close()
    door.close()
  })
})
