import { oid, parse, sequence, tag, tlv } from './der.ts'

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

/** What Go's pkix.Name keeps of a name, in the order in which it writes it down; the last two have one value, which is the last. */
const KEPT = ['2.5.4.6', '2.5.4.8', '2.5.4.7', '2.5.4.9', '2.5.4.17', '2.5.4.10', '2.5.4.11', '2.5.4.3', '2.5.4.5'].map((id) => oid(id))
const SINGLE = KEPT.slice(-2)
const PRINTABLE = 0x13

const textEncodings: Readonly<Record<number, (b: Buffer) => string>> = {
  0x0c: (b) => b.toString('utf8'),
  0x12: (b) => b.toString('latin1'),
  [PRINTABLE]: (b) => b.toString('latin1'),
  0x14: (b) => b.toString('latin1'),
  0x16: (b) => b.toString('latin1'),
  0x1e: (b) => Buffer.from(b).swap16().toString('utf16le'),
}

function* attributesOf(name: Buffer): Generator<{ id: Buffer; text: string | undefined }> {
  for (const set of parse(parse(name)[0]!.content)) {
    for (const pair of parse(set.content)) {
      const [id, value] = parse(pair.content)
      if (id !== undefined && value !== undefined) yield { id: id.whole, text: textEncodings[value.type]?.(value.content) }
    }
  }
}

/**
 * A Name as a certificate has it that was asked for with this one: what crypto/x509 knows, and nothing else. So nobody comes by a uid that a
 * signer has not looked at.
 */
export function signedName(name: Buffer): Buffer {
  const values = new Map<Buffer, string[]>(KEPT.map((id) => [id, []]))
  for (const { id, text } of attributesOf(name)) {
    const kept = KEPT.find((known) => known.equals(id))
    if (kept === undefined || text === undefined) continue
    if (SINGLE.includes(kept)) values.set(kept, text === '' ? [] : [text])
    else values.get(kept)!.push(text)
  }
  const sets = [...values].filter(([, texts]) => texts.length > 0)
  return sequence(...sets.map(([id, texts]) => tlv(tag.set, ...texts.map((text) => sequence(id, encoded(text))).sort(Buffer.compare))))
}

const encoded = (text: string): Buffer => tlv(/^[A-Za-z0-9 '()+,\-./:=?]*$/.test(text) ? PRINTABLE : tag.utf8String, Buffer.from(text))

/** A Name (RFC 5280 §4.1.2.4). */
export function readName(name: Buffer): Subject {
  let commonName = ''
  const [organizations, uids]: [string[], string[]] = [[], []]
  for (const { id, text = '' } of attributesOf(name)) {
    if (id.equals(COMMON_NAME)) commonName = text
    else if (id.equals(ORGANIZATION)) organizations.push(text)
    else if (id.equals(UID)) uids.push(text)
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
