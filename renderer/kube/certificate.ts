/** What of an X.509 certificate (RFC 5280) one wants to know. */
export interface Certificate {
  /** Its common name, or all of its distinguished name that can be read. */
  subject: string
  issuer: string
  /** Milliseconds since the epoch. */
  notBefore: number
  notAfter: number
  /** DNS names, addresses and others that it is for. */
  names: string[]
}

export interface Validity {
  word: 'Valid' | 'EndsSoon' | 'Expired' | 'NotYetValid'
  /** When it is another word, ms; an expired one stays so. */
  until?: number
}

const day = 86_400_000

/**
 * Whether it is time to see to another one: in the last month, and of one that lives for less in the last quarter of its life. What
 * renews certificates does so after two thirds (cert-manager), and has had its chance by then.
 */
export function validity({ notBefore, notAfter }: Pick<Certificate, 'notBefore' | 'notAfter'>, now: number): Validity {
  if (now > notAfter) return { word: 'Expired' }
  if (now < notBefore) return { word: 'NotYetValid', until: notBefore }
  const soon = notAfter - Math.min(30 * day, (notAfter - notBefore) / 4)
  return now < soon ? { word: 'Valid', until: soon } : { word: 'EndsSoon', until: notAfter }
}

interface Element {
  tag: number
  from: number
  to: number
}

/** The certificates of a PEM text, in their order; what cannot be read is left out. */
export function readCertificates(pem: string): Certificate[] {
  return [...pem.matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g)].flatMap(([, body = '']) => {
    try {
      return [read(Uint8Array.from(atob(body.replaceAll(/\s/g, '')), (c) => c.charCodeAt(0)))]
    } catch {
      return []
    }
  })
}

/** What a certification request (RFC 2986) asks for. */
export interface CertificateAsked {
  /** All of its distinguished name: `CN=anna, O=dev`. To Kubernetes the common name is a user, an organization a group. */
  subject: string
  names: string[]
}

/** That of a PEM text; undefined where there is none that can be read. */
export function readRequest(pem: string): CertificateAsked | undefined {
  const [, body] = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END/.exec(pem) ?? []
  if (body === undefined) return undefined
  try {
    const bytes = Uint8Array.from(atob(body.replaceAll(/\s/g, '')), (c) => c.charCodeAt(0))
    const [info] = childrenOf(bytes, elementAt(bytes, 0))
    // Version, name, key, attributes.
    const [, subject, , attributes] = childrenOf(bytes, info!)
    const wanted =
      attributes && childrenOf(bytes, attributes).find((each) => hexOf(bytes, childrenOf(bytes, each)[0]!) === extensionRequest)
    const extensions = wanted && childrenOf(bytes, wanted)[1]
    return {
      subject: wholeName(partsOf(bytes, subject!)),
      names: extensions ? alternativeNames(bytes, extensions) : [],
    }
  } catch {
    return undefined
  }
}

/** One element of DER (X.690 §8.1) at an offset. @throws RangeError beyond the end */
function elementAt(bytes: Uint8Array, at: number): Element {
  const tag = bytes[at]
  let length = bytes[at + 1]
  let from = at + 2
  if (tag === undefined || length === undefined) throw new RangeError('the certificate is cut off')
  if (length >= 0x80) {
    const count = length & 0x7f
    if (count === 0 || count > 4) throw new RangeError('a length that no certificate has')
    length = 0
    for (let n = 0; n < count; n++) length = length * 256 + (bytes[from++] ?? 0)
  }
  if (from + length > bytes.length) throw new RangeError('the certificate is cut off')
  return { tag, from, to: from + length }
}

function childrenOf(bytes: Uint8Array, { from, to }: Element): Element[] {
  const children: Element[] = []
  for (let at = from; at < to; ) {
    const child = elementAt(bytes, at)
    children.push(child)
    at = child.to
  }
  return children
}

function read(bytes: Uint8Array): Certificate {
  const [tbs] = childrenOf(bytes, elementAt(bytes, 0))
  // The version, [0], is left out in version 1; behind it: serial number, algorithm, issuer, validity, subject, key, and more.
  const fields = childrenOf(bytes, tbs!).filter(({ tag }) => tag !== 0xa0)
  const [, , issuer, validity, subject] = fields
  const [notBefore, notAfter] = childrenOf(bytes, validity!).map((time) => timeOf(bytes, time))
  const extensions = fields.find(({ tag }) => tag === 0xa3)
  return {
    issuer: nameOf(bytes, issuer!),
    subject: nameOf(bytes, subject!),
    notBefore: notBefore ?? Number.NaN,
    notAfter: notAfter ?? Number.NaN,
    names: extensions ? alternativeNames(bytes, extensions) : [],
  }
}

const textOf = (bytes: Uint8Array, { from, to }: Element): string => new TextDecoder().decode(bytes.subarray(from, to))
const hexOf = (bytes: Uint8Array, { from, to }: Element): string =>
  [...bytes.subarray(from, to)].map((b) => b.toString(16).padStart(2, '0')).join('')

/** UTCTime has two digits for the year, those from 50 on of the last century. */
function timeOf(bytes: Uint8Array, element: Element): number {
  const text = textOf(bytes, element)
  const full = element.tag === 0x17 ? `${Number(text.slice(0, 2)) >= 50 ? '19' : '20'}${text}` : text
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full) ?? []
  return Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`)
}

const commonName = '550403'
const shortNames: Record<string, string> = { [commonName]: 'CN', '55040a': 'O', '55040b': 'OU', '550406': 'C' }

const partsOf = (bytes: Uint8Array, name: Element): (readonly [type: string, value: string])[] =>
  childrenOf(bytes, name).flatMap((set) =>
    childrenOf(bytes, set).map((pair) => {
      const [type, value] = childrenOf(bytes, pair)
      return [hexOf(bytes, type!), textOf(bytes, value!)] as const
    }),
  )

const wholeName = (parts: ReturnType<typeof partsOf>): string =>
  parts.map(([type, value]) => `${shortNames[type] ?? type}=${value}`).join(', ')

function nameOf(bytes: Uint8Array, name: Element): string {
  const parts = partsOf(bytes, name)
  const common = parts.find(([type]) => type === commonName)
  return common ? common[1] : wholeName(parts)
}

const subjectAltName = '551d11'
/** PKCS #9. */
const extensionRequest = '2a864886f70d01090e'
/** DNS names, mail addresses and URIs stand as texts. */
const textNames = new Set([0x81, 0x82, 0x86])

function alternativeNames(bytes: Uint8Array, extensions: Element): string[] {
  const [list] = childrenOf(bytes, extensions)
  for (const extension of childrenOf(bytes, list!)) {
    const parts = childrenOf(bytes, extension)
    const [type, value] = [parts[0], parts.at(-1)]
    if (!type || !value || hexOf(bytes, type) !== subjectAltName) continue
    return childrenOf(bytes, elementAt(bytes, value.from)).flatMap((name) => {
      if (textNames.has(name.tag)) return [textOf(bytes, name)]
      return name.tag === 0x87 ? [addressOf(bytes.subarray(name.from, name.to))] : []
    })
  }
  return []
}

function addressOf(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: bytes.length / 2 }, (_, n) => ((bytes[2 * n] ?? 0) * 256 + (bytes[2 * n + 1] ?? 0)).toString(16))
  return groups.join(':').replace(/(?:^|:)0(?::0)+(?::|$)/, '::')
}
