import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  X509Certificate,
  type KeyObject,
} from 'node:crypto'
import { isIP } from 'node:net'
import { subjectNode } from '../machinery/x509/name.ts'
import { bitString, integer, oid, parse, sequence, tag, time, tlv } from '../machinery/x509/der.ts'

/** Certificates (RFC 5280) with EC P-256 keys, made with node:crypto: a library for it costs more time to load than this takes. */

/** Both as PEM. */
export interface KeyPair {
  readonly cert: string
  readonly key: string
}

export interface Authority extends KeyPair {
  /** The subject as DER, which is the issuer of what it signs. */
  readonly name: Buffer
}

export interface CertificateRequest {
  readonly commonName: string
  readonly organizations?: readonly string[]
  readonly use: 'server' | 'client'
  /** DNS names and IP addresses it is valid for. */
  readonly names?: readonly string[]
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly days?: number
}

const dayMs = 86_400_000
const authorityDays = 3650
const leafDays = 365
const ids = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  subjectKeyId: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyId: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
} as const

/** Bits of the key usage extension (RFC 5280 §4.2.1.3) by the words of certificates.k8s.io. */
const keyUsages: Readonly<Record<string, number>> = {
  signing: 0,
  'digital signature': 0,
  'content commitment': 1,
  'key encipherment': 2,
  'data encipherment': 3,
  'key agreement': 4,
  'cert sign': 5,
  'crl sign': 6,
  'encipher only': 7,
  'decipher only': 8,
}

const extendedKeyUsages: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': ids.serverAuth,
  'client auth': ids.clientAuth,
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  's/mime': '1.3.6.1.5.5.7.3.4',
  'ipsec end system': '1.3.6.1.5.5.7.3.5',
  'ipsec tunnel': '1.3.6.1.5.5.7.3.6',
  'ipsec user': '1.3.6.1.5.5.7.3.7',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
  'microsoft sgc': '1.3.6.1.4.1.311.10.3.3',
  'netscape sgc': '2.16.840.1.113730.4.1',
}

const algorithm = sequence(oid(ids.ecdsaWithSha256))
const yes = tlv(tag.boolean, Buffer.of(0xff))

const attribute = (id: string, value: string): Buffer => tlv(tag.set, sequence(oid(id), tlv(tag.utf8String, Buffer.from(value, 'utf8'))))

const nameOf = (commonName: string, organizations: readonly string[]): Buffer =>
  sequence(...organizations.map((o) => attribute(ids.organization, o)), attribute(ids.commonName, commonName))

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [yes] : []), tlv(tag.octetString, value))

const keyId = (key: KeyObject): Buffer => {
  const [, bits] = parse(parse(key.export({ type: 'spki', format: 'der' }))[0]!.content)
  return createHash('sha1').update(bits!.content.subarray(1)).digest()
}

const pem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/(.{64})(?=.)/g, '$1\n')}\n-----END CERTIFICATE-----\n`

interface ToSign {
  readonly subject: Buffer
  readonly publicKey: KeyObject
  readonly issuer: Buffer
  readonly issuerKey: KeyObject
  readonly from: number
  readonly until: number
  readonly extensions: readonly Buffer[]
}

function signCertificate(c: ToSign): string {
  const body = sequence(
    tlv(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(15)])),
    algorithm,
    c.issuer,
    sequence(time(c.from), time(c.until)),
    c.subject,
    c.publicKey.export({ type: 'spki', format: 'der' }),
    tlv(0xa3, sequence(...c.extensions)),
  )
  return pem(sequence(body, algorithm, bitString(sign('sha256', body, c.issuerKey))))
}

const newKey = (): { publicKey: KeyObject; privateKey: KeyObject } => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const keyPem = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString()

export interface Signing {
  readonly subject: Buffer
  readonly publicKey: KeyObject
  /** The elements of a subjectAltName. */
  readonly names: readonly Buffer[]
  /** Words of certificates.k8s.io. */
  readonly usages: readonly string[]
  readonly from: number
  readonly until: number
}

/** The certificate, as PEM, for a key that somebody else keeps. Throws an Error of one sentence for usages that there are not. */
export function signFor(ca: Authority, s: Signing): string {
  const issuerKey = createPrivateKey(ca.key)
  const unknown = s.usages.filter((u) => !Object.hasOwn(keyUsages, u) && !Object.hasOwn(extendedKeyUsages, u))
  if (unknown.length > 0) throw new Error(`unrecognized usage values: [${unknown.map((u) => JSON.stringify(u)).join(' ')}]`)
  const bits = Buffer.alloc(2)
  for (const usage of s.usages) {
    const bit = keyUsages[usage]
    if (bit !== undefined) bits[bit >> 3]! |= 0x80 >> (bit & 7)
  }
  const word = bits.readUInt16BE()
  const unused = word === 0 ? 0 : 31 - Math.clz32(word & -word)
  const extended = [...new Set(s.usages.flatMap((u) => extendedKeyUsages[u] ?? []))].sort()
  const certificate: ToSign = {
    ...{ subject: s.subject, publicKey: s.publicKey, issuer: ca.name, issuerKey, from: s.from, until: s.until },
    extensions: [
      ...(word === 0 ? [] : [extension(ids.keyUsage, true, bitString(unused < 8 ? bits : bits.subarray(0, 1), unused % 8))]),
      ...(extended.length === 0 ? [] : [extension(ids.extendedKeyUsage, false, sequence(...extended.map(oid)))]),
      extension(ids.basicConstraints, true, sequence()),
      extension(ids.authorityKeyId, false, sequence(tlv(0x80, keyId(createPublicKey(issuerKey))))),
      // Critical when the subject says nothing (RFC 5280 §4.2.1.6).
      ...(s.names.length === 0 ? [] : [extension(ids.subjectAltName, s.subject.length <= 2, sequence(...s.names))]),
    ],
  }
  return signCertificate(certificate)
}

/** A new CA of its own, good for `days` from `now` (milliseconds). Validity begins an hour early, for peers whose clock is slow. */
export function createAuthority(commonName: string, now: number, days = authorityDays): Authority {
  const { publicKey, privateKey } = newKey()
  const name = nameOf(commonName, [])
  const cert = signCertificate({
    subject: name,
    publicKey,
    issuer: name,
    issuerKey: privateKey,
    from: now - 3_600_000,
    until: now + days * dayMs,
    extensions: [
      extension(ids.basicConstraints, true, sequence(yes)),
      // digitalSignature, keyEncipherment, keyCertSign
      extension(ids.keyUsage, true, bitString(Buffer.of(0xa4), 2)),
      extension(ids.subjectKeyId, false, tlv(tag.octetString, keyId(publicKey))),
    ],
  })
  return { cert, key: keyPem(privateKey), name }
}

/** A CA read from PEM. Throws when key and certificate do not belong together. */
export function loadAuthority(cert: string, key: string): Authority {
  const certificate = new X509Certificate(cert)
  if (!certificate.ca || !certificate.checkPrivateKey(createPrivateKey(key))) throw new Error('not the key of this CA')
  return { cert, key, name: subjectNode(certificate.raw) }
}

export function issueCertificate(ca: Authority, request: CertificateRequest): KeyPair {
  const { publicKey, privateKey } = newKey()
  const issuerKey = createPrivateKey(ca.key)
  const names = (request.names ?? []).map(generalName)
  const cert = signCertificate({
    subject: nameOf(request.commonName, request.organizations ?? []),
    publicKey,
    issuer: ca.name,
    issuerKey,
    from: request.now - 3_600_000,
    until: request.now + (request.days ?? leafDays) * dayMs,
    extensions: [
      extension(ids.basicConstraints, true, sequence()),
      // digitalSignature, keyEncipherment
      extension(ids.keyUsage, true, bitString(Buffer.of(0xa0), 5)),
      extension(ids.extendedKeyUsage, false, sequence(oid(request.use === 'server' ? ids.serverAuth : ids.clientAuth))),
      extension(ids.authorityKeyId, false, sequence(tlv(0x80, keyId(createPublicKey(issuerKey))))),
      ...(names.length > 0 ? [extension(ids.subjectAltName, false, sequence(...names))] : []),
    ],
  })
  return { cert, key: keyPem(privateKey) }
}

function generalName(name: string): Buffer {
  const version = isIP(name)
  if (version === 0) return tlv(0x82, Buffer.from(name, 'latin1'))
  return tlv(0x87, version === 4 ? Buffer.from(name.split('.').map(Number)) : ipv6Bytes(name))
}

function ipv6Bytes(address: string): Buffer {
  const v4 = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const hex = (a: string, b: string): string => ((Number(a) << 8) | Number(b)).toString(16)
  const text = v4 === null ? address : `${v4[1]}${hex(v4[2]!, v4[3]!)}:${hex(v4[4]!, v4[5]!)}`
  const [head = '', tail] = text.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const words = tail === undefined ? left : [...left, ...new Array<string>(8 - left.length - right.length).fill('0'), ...right]
  const bytes = Buffer.alloc(16)
  words.forEach((word, i) => bytes.writeUInt16BE(parseInt(word, 16), i * 2))
  return bytes
}
