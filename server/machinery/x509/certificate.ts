import { X509Certificate, type KeyObject } from 'node:crypto'
import { oid, parse, tag } from './der.ts'

/** What is in a certificate (RFC 5280) that node:crypto tells only as text for people, or not at all. */
export interface Certificate {
  readonly publicKey: KeyObject
  /** Milliseconds since the epoch. */
  readonly notBefore: number
  readonly notAfter: number
  readonly dnsNames: readonly string[]
  readonly emailAddresses: readonly string[]
}

const SUBJECT_ALT_NAME = oid('2.5.29.17')
const EXTENSIONS = 0xa3
const EMAIL = 0x81
const DNS = 0x82

function alternativeNames(der: Buffer): { type: number; content: Buffer }[] {
  const body = parse(parse(parse(der)[0]!.content)[0]!.content)
  const extensions = body.find(({ type }) => type === EXTENSIONS)
  if (extensions === undefined) return []
  for (const extension of parse(parse(extensions.content)[0]!.content)) {
    const parts = parse(extension.content)
    const value = parts.find(({ type }) => type === tag.octetString)
    if (parts[0]?.whole.equals(SUBJECT_ALT_NAME) === true && value !== undefined) return parse(parse(value.content)[0]!.content)
  }
  return []
}

/** Reads DER; throws when it is no certificate. */
export function readCertificate(der: Buffer): Certificate {
  const certificate = new X509Certificate(der)
  const names = alternativeNames(der)
  const texts = (wanted: number): string[] => names.filter(({ type }) => type === wanted).map(({ content }) => content.toString('latin1'))
  return {
    publicKey: certificate.publicKey,
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    dnsNames: texts(DNS),
    emailAddresses: texts(EMAIL),
  }
}
