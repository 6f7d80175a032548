import { hash, X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { systemTime } from '../machinery/testing/system-time.ts'
import { peerIssuers } from './peer-issuers.ts'
import { subjectNode } from '../machinery/x509/name.ts'
import { createAuthority, issueCertificate } from './x509.ts'

const now = systemTime()
const pem = { clients: createAuthority('clients', now), namesake: createAuthority('clients', now) }
const old = createAuthority('clients', now - 40 * 365 * 86_400_000)
const client = issueCertificate(pem.clients, { commonName: 'a', organizations: [], use: 'client', now }).cert
const id = (cert: string): string => hash('sha256', new X509Certificate(cert).raw, 'base64')

/** Put together by names alone, as node does it. */
function shown(...certs: readonly string[]): Parameters<typeof peerIssuers>[0] {
  const all = certs.map((cert) => ({ raw: new X509Certificate(cert).raw }))
  const chain = all.reduceRight<object | undefined>((issuer, one) => ({ ...one, issuerCertificate: issuer }), undefined)
  return { getPeerCertificate: () => chain } as unknown as Parameters<typeof peerIssuers>[0]
}

test('who signed whom', () => {
  expect([...peerIssuers(shown(client, pem.clients.cert), now)]).toEqual([id(client), id(pem.clients.cert)])
  expect([...peerIssuers(shown(client, pem.clients.cert, pem.clients.cert), now)]).toHaveLength(2)
})

test('a name is not enough', () => {
  expect([...peerIssuers(shown(client, pem.namesake.cert), now)]).toEqual([id(client)])
})

test('neither is a signature by who is no authority, or none any more', () => {
  const own = issueCertificate(pem.clients, { commonName: 'b', organizations: [], use: 'client', now })
  const below = issueCertificate(
    { ...own, name: subjectNode(new X509Certificate(own.cert).raw) },
    { commonName: 'c', organizations: [], use: 'client', now },
  ).cert
  expect([...peerIssuers(shown(below, own.cert, pem.clients.cert), now)]).toEqual([id(below)])
  const late = issueCertificate(old, { commonName: 'd', organizations: [], use: 'client', now }).cert
  expect([...peerIssuers(shown(late, old.cert), now)]).toEqual([id(late)])
})

test('nobody has shown anything', () => {
  expect(peerIssuers(shown(), now)).toEqual(new Set())
})
