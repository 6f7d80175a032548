import { oid, parse } from './der.ts'

export interface Subject {
  readonly commonName: string
  readonly organizations: readonly string[]
  /** One, where somebody has one. */
  readonly uids: readonly string[]
}

const COMMON_NAME = oid('2.5.4.3')
const ORGANIZATION = oid('2.5.4.10')
/** A user's uid in a client certificate, as kube-apiserver reads it. */
const UID = oid('1.3.6.1.4.1.57683.2')

const textEncodings: Readonly<Record<number, (b: Buffer) => string>> = {
  0x0c: (b) => b.toString('utf8'),
  0x13: (b) => b.toString('latin1'),
  0x14: (b) => b.toString('latin1'),
  0x16: (b) => b.toString('latin1'),
  0x1e: (b) => Buffer.from(b).swap16().toString('utf16le'),
}

/** A Name (RFC 5280 §4.1.2.4). */
export function readName(name: Buffer): Subject {
  let commonName = ''
  const [organizations, uids]: [string[], string[]] = [[], []]
  for (const set of parse(parse(name)[0]!.content)) {
    for (const pair of parse(set.content)) {
      const [id, value] = parse(pair.content)
      if (id === undefined || value === undefined) continue
      const text = textEncodings[value.type]?.(value.content) ?? ''
      if (id.whole.equals(COMMON_NAME)) commonName = text
      else if (id.whole.equals(ORGANIZATION)) organizations.push(text)
      else if (id.whole.equals(UID)) uids.push(text)
    }
  }
  return { commonName, organizations, uids }
}

/** The subject of a certificate as DER. */
export function subjectNode(der: Buffer): Buffer {
  const fields = parse(parse(parse(der)[0]!.content)[0]!.content)
  // version [0] is present in every certificate of version 3; then serial, algorithm, issuer, validity, subject.
  const subject = fields[fields[0]!.type === 0xa0 ? 5 : 4]
  if (subject === undefined) throw new RangeError('certificate without a subject')
  return subject.whole
}

/** Who a certificate is for, read from its DER: the text forms of a subject can be forged with line breaks. */
export const subjectOf = (der: Buffer): Subject => readName(subjectNode(der))
