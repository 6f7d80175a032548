import { StatusError, unsupportedMediaType } from '../machinery/status.ts'

export type MediaType = 'application/json' | 'application/yaml' | 'application/vnd.kubernetes.protobuf' | 'application/cbor'

/** What the client wants an object to be shown as (KEP-2334 and the API concepts page, "Receiving resources as Tables"). */
export type Transform = 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList' | undefined

export interface Representation {
  media: MediaType
  as: Transform
  /** Version of the transform in meta.k8s.io. */
  version: 'v1' | 'v1beta1'
  pretty: boolean
}

interface Clause {
  media: string
  q: number
  specificity: number
  params: Record<string, string>
}

const JSON_TYPE = 'application/json'
const YAML_TYPE = 'application/yaml'
export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf'
export const CBOR_TYPE = 'application/cbor'
/** What a watch in CBOR is: items one behind the other (RFC 8742). */
export const CBOR_SEQUENCE = 'application/cbor-seq'

/** What is served: CBOR only behind its gate (CBORServingAndStorage). */
const SERVED: readonly MediaType[] = [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE]
const SERVED_WITH_CBOR: readonly MediaType[] = [...SERVED, CBOR_TYPE]
export const servedTypes = (cbor: boolean): readonly MediaType[] => (cbor ? SERVED_WITH_CBOR : SERVED)
/** What a watch may be, as errors list it. */
export const streamTypes = (cbor: boolean): string =>
  `${JSON_TYPE};stream=watch, ${PROTOBUF_TYPE};stream=watch${cbor ? `, ${CBOR_SEQUENCE}` : ''}`
const TRANSFORMS = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList'])
/** Transforms of meta.k8s.io; v1beta1 is still asked for by old clients. */
const TRANSFORM_VERSIONS = new Set(['v1', 'v1beta1'])

/** What comes after so many clauses, or parameters of one, counts no more: no client has as many. */
const MAX_CLAUSES = 200
const MAX_PARAMS = 20

/** Parses an Accept header (RFC 9110 §12.5.1), best clause first; equal ones keep their order. */
export function parseAccept(header: string): Clause[] {
  const clauses = header.split(',', MAX_CLAUSES).flatMap((part): Clause[] => {
    const [media = '', ...rest] = part.split(';', MAX_PARAMS).map((s) => s.trim())
    if (media === '') return []
    const params: Record<string, string> = {}
    for (const p of rest) {
      const eq = p.indexOf('=')
      if (eq > 0)
        params[p.slice(0, eq).trim()] = p
          .slice(eq + 1)
          .trim()
          .replace(/^"|"$/g, '')
    }
    const q = params.q === undefined ? 1 : Number(params.q)
    return [
      {
        media: media.toLowerCase(),
        q: Number.isFinite(q) ? q : 1,
        specificity: media === '*/*' ? 0 : media.endsWith('/*') ? 1 : 2,
        params,
      },
    ]
  })
  return clauses.sort((a, b) => b.q - a.q || b.specificity - a.specificity)
}

const PLAIN: Representation = { media: JSON_TYPE, as: undefined, version: 'v1', pretty: false }
// At most 128 KB: what a client sends is remembered only when it is as short as the headers of real clients.
const MEMO_LIMIT = 500
const MEMO_KEY_LIMIT = 256
const memo = new Map<string, Representation | undefined>()

function choose(accept: string, { transforms = true, protobuf = true, cbor = false }: Had): Representation | undefined {
  for (const c of parseAccept(accept)) {
    if (c.q === 0) continue
    // `application/*` is understood for errors only, as upstream.
    const media = servedTypes(cbor).find((m) => c.media === m || c.media === '*/*' || (c.media === 'application/*' && !transforms))
    if (media === undefined) continue
    const as = c.params.as
    if (as === undefined && media === PROTOBUF_TYPE && !protobuf) continue
    if (as === undefined) return { media, as: undefined, version: 'v1', pretty: c.params.pretty === '1' }
    const known = TRANSFORMS.has(as) && c.params.g === 'meta.k8s.io' && TRANSFORM_VERSIONS.has(c.params.v ?? '')
    // A Table has JSON and YAML forms only.
    if (!transforms || !known || (as === 'Table' && (media === PROTOBUF_TYPE || media === CBOR_TYPE))) continue
    return { media, as: as as Transform, version: c.params.v as Representation['version'], pretty: c.params.pretty === '1' }
  }
  return undefined
}

/** What an answer can be. */
interface Had {
  /** A Table, or metadata alone. */
  transforms?: boolean
  /** The answer could have been a watch, which the error's list of representations then names. */
  streams?: boolean
  /** Whether the objects themselves have that form; their metadata always has. */
  protobuf?: boolean
  /** The gate of CBOR is open. */
  cbor?: boolean | undefined
}

/** Picks the representation of an answer; 406 when none of the accepted ones can be had. */
export function negotiate(accept: string | undefined, had: Had = {}): Representation {
  if (accept === undefined || accept === '' || accept === JSON_TYPE || accept === '*/*') return PLAIN
  const { transforms = true, streams = false, protobuf = true, cbor = false } = had
  const key = `${transforms ? '' : '- '}${protobuf ? '' : '= '}${cbor ? '+ ' : ''}${accept}`
  let found = memo.get(key)
  if (found === undefined && !memo.has(key)) {
    found = choose(accept, had)
    if (key.length <= MEMO_KEY_LIMIT) {
      if (memo.size >= MEMO_LIMIT) memo.clear()
      memo.set(key, found)
    }
  }
  if (found === undefined) {
    // A media type that is served, in a form that is not: upstream's second look finds nothing, and words it otherwise.
    const types = servedTypes(cbor)
    const isStream = (media: string): boolean => streams && cbor && media === CBOR_SEQUENCE
    const known = parseAccept(accept).some((c) => isStream(c.media) || (c.params.as !== undefined && types.some((m) => m === c.media)))
    const list = types.join(', ')
    if (known || !protobuf) throw new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${list}`)
    const all = streams ? `${list}, ${streamTypes(cbor)}` : list
    throw new StatusError(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${all}`, {})
  }
  return found
}

/** Media type of a request body; JSON when the header is missing. 415 for anything that is not served. */
export function bodyMediaType(contentType: string | undefined, cbor = false): MediaType {
  if (contentType === undefined || contentType === '') return JSON_TYPE
  const media = contentType.split(';', 1)[0]!.trim().toLowerCase()
  const found = servedTypes(cbor).find((m) => m === media)
  if (found === undefined) {
    const list = servedTypes(cbor).join(', ')
    throw unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${list}`)
  }
  return found
}
