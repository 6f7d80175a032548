import { X509Certificate } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { integer, oid, parse, time, tlv } from '../machinery/x509/der.ts'
import { subjectOf } from '../machinery/x509/name.ts'
import { loadCertificates, usualNames } from './certificates.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import { createAuthority, issueCertificate } from './x509.ts'

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'certificates-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const now = Date.UTC(2026, 0, 1)
const day = 86_400_000
const load = (at = now, names: string[] = ['10.0.0.1']) => loadCertificates({ dir: join(dir, 'pki'), now: at, names })

describe('loadCertificates', () => {
  test('makes what is absent, private files only, and finds it again', () => {
    const first = load()
    expect(readdirSync(join(dir, 'pki')).sort()).toEqual([
      'admin.crt',
      'admin.key',
      'apiserver-kubelet-client.crt',
      'apiserver-kubelet-client.key',
      'apiserver.crt',
      'apiserver.key',
      'ca.crt',
      'ca.key',
      'front-proxy-ca.crt',
      'front-proxy-ca.key',
      'front-proxy-client.crt',
      'front-proxy-client.key',
      'sa.key',
      'sa.pub',
    ])
    if (process.platform !== 'win32') {
      for (const file of readdirSync(join(dir, 'pki'))) expect(statSync(join(dir, 'pki', file)).mode & 0o777).toBe(0o600)
    }
    expect(load()).toEqual(first)
  })

  test('the server is good for every name it is reached by, the clients are who they should be', () => {
    const { ca, server, admin, kubeletClient } = load(now, ['10.0.0.1', 'fd00::1', 'example.test'])
    const certificate = new X509Certificate(server!.cert)
    for (const name of [...usualNames(), 'example.test']) {
      expect(certificate.checkHost(name) ?? certificate.checkIP(name)).toBe(name)
    }
    expect([certificate.checkIP('10.0.0.1'), certificate.checkIP('fd00::1')]).toEqual(['10.0.0.1', 'fd00::1'])
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
    expect(certificate.checkIssued(new X509Certificate(ca.cert))).toBe(true)
    expect(subjectOf(new X509Certificate(admin.cert).raw)).toEqual({
      commonName: 'kubernetes-admin',
      organizations: ['system:masters'],
      uids: [],
    })
    expect(new X509Certificate(kubeletClient.cert).keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
    expect(subjectOf(new X509Certificate(kubeletClient.cert).raw)).toEqual({
      commonName: 'kube-apiserver-kubelet-client',
      organizations: ['system:kubelet-api-admin'],
      uids: [],
    })
  })

  test('a certificate of other groups is made anew', () => {
    const { ca, admin } = load()
    const old = issueCertificate(ca, { commonName: 'kube-apiserver-kubelet-client', organizations: ['system:masters'], use: 'client', now })
    writeFileSync(join(dir, 'pki/apiserver-kubelet-client.crt'), old.cert)
    writeFileSync(join(dir, 'pki/apiserver-kubelet-client.key'), old.key)
    const again = load()
    expect(subjectOf(new X509Certificate(again.kubeletClient.cert).raw).organizations).toEqual(['system:kubelet-api-admin'])
    expect(again.admin).toEqual(admin)
  })

  test('renews near the end, for a new name, and when a file is damaged; the CA stays', () => {
    const first = load()
    const later = load(now + 340 * day)
    expect(later.ca).toEqual(first.ca)
    expect(later.server!.cert).not.toBe(first.server!.cert)
    expect(load(now + 340 * day)).toEqual(later)
    expect(load(now, ['10.9.9.9']).server!.cert).not.toBe(later.server!.cert)
    writeFileSync(join(dir, 'pki', 'admin.crt'), 'garbage')
    expect(new X509Certificate(load().admin.cert).verify(new X509Certificate(first.ca.cert).publicKey)).toBe(true)
  })

  test('a CA near its end is replaced, and with it what it signed', () => {
    const first = load()
    const later = load(now + 3640 * day)
    expect(later.ca.cert).not.toBe(first.ca.cert)
    expect(new X509Certificate(later.admin.cert).verify(new X509Certificate(later.ca.cert).publicKey)).toBe(true)
    expect(later.serviceAccount).toEqual(first.serviceAccount)
  })

  test('half a CA and a damaged one are one sentence each, and nothing is overwritten', () => {
    load()
    rmSync(join(dir, 'pki', 'ca.key'))
    expect(() => load()).toThrow(/ca\.key is missing; restore it, or remove .*ca\.crt to have a new CA made/)
    writeFileSync(join(dir, 'pki', 'ca.key'), createAuthority('other', now).key)
    expect(() => load()).toThrow(/are not a CA and its key; remove both to have new ones made/)
    writeFileSync(join(dir, 'pki', 'sa.key'), 'x')
    rmSync(join(dir, 'pki', 'ca.key'))
    rmSync(join(dir, 'pki', 'ca.crt'))
    expect(() => load()).toThrow(/sa\.key is not a private key/)
  })

  test.skipIf(process.getuid?.() === 0)('an unwritable folder is one sentence', () => {
    chmodSync(dir, 0o500)
    expect(() => load()).toThrow(/cannot keep certificates in .*; choose another folder with --cert-dir/)
    chmodSync(dir, 0o700)
  })

  test('a folder that is a file is one sentence', () => {
    writeFileSync(join(dir, 'pki'), '')
    expect(() => load()).toThrow(/cannot keep certificates in .*; choose another folder with --cert-dir/)
  })
})

describe('x509', () => {
  const ca = createAuthority('a', now)

  test('subjects survive any text, line breaks included', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
        fc.array(fc.string({ minLength: 1, maxLength: 30 }), { maxLength: 4 }),
        (commonName, organizations) => {
          const { cert } = issueCertificate(ca, { commonName, organizations, use: 'client', now })
          expect(subjectOf(new X509Certificate(cert).raw)).toEqual({ commonName, organizations, uids: [] })
        },
      ),
      { numRuns: 40 },
    )
  })

  test('addresses of every form', () => {
    for (const name of ['::', '::1', 'fe80::1:2', '2001:db8:1:2:3:4:5:6', '1::', '::ffff:1.2.3.4', '255.255.255.255']) {
      const { cert } = issueCertificate(ca, { commonName: 'x', use: 'server', names: [name], now })
      expect(new X509Certificate(cert).checkIP(name)).toBe(name)
    }
  })

  test('DER parses what it writes and refuses what does not add up', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70_000, size: 'max' }), (bytes) => {
        const content = Buffer.from(bytes).subarray(0, 65_535)
        expect(parse(tlv(4, content))[0]!.content.equals(content)).toBe(true)
      }),
      { numRuns: 30 },
    )
    for (const hex of ['30', '3005', '3080', '30850000000001']) expect(() => parse(Buffer.from(hex, 'hex'))).toThrow(RangeError)
    expect(integer(Buffer.of(0, 0, 0x80)).toString('hex')).toBe('02020080')
    expect(oid('1.2.840.10045.4.3.2').toString('hex')).toBe('06082a8648ce3d040302')
    expect(time(Date.UTC(2049, 11, 31)).toString('latin1')).toContain('491231000000Z')
    expect(time(Date.UTC(2050, 0, 1)).toString('latin1')).toContain('20500101000000Z')
  })
})

test('writeKubeconfig replaces the file in one step, for this user only', () => {
  const file = join(dir, 'sub', 'config')
  const entry = { server: 'https://127.0.0.1:1', ca: 'CA', cert: 'CERT', key: 'KEY', name: 'binnacle' }
  writeKubeconfig(file, entry)
  writeKubeconfig(file, { ...entry, server: 'https://127.0.0.1:2' })
  const config = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
  expect(config).toMatchObject({ 'current-context': 'binnacle', clusters: [{ cluster: { server: 'https://127.0.0.1:2' } }] })
  expect(readdirSync(join(dir, 'sub'))).toEqual(['config'])
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
})
