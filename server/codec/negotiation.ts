import { StatusError, unsupportedMediaType } from '../machinery/status.ts'

export type MediaType = 'application/json' | 'application/yaml' | 'application/vnd.kubernetes.protobuf'

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
const SERVED: readonly MediaType[] = [JSON_TYPE, YAML_TYPE, PROTOBUF_TYPE]
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

function choose(accept: string, transforms: boolean, protobuf: boolean): Representation | undefined {
  for (const c of parseAccept(accept)) {
    if (c.q === 0) continue
    // `application/*` is understood for errors only, as upstream.
    const media = SERVED.find((m) => c.media === m || c.media === '*/*' || (c.media === 'application/*' && !transforms))
    if (media === undefined) continue
    const as = c.params.as
    if (as === undefined && media === PROTOBUF_TYPE && !protobuf) continue
    if (as === undefined) return { media, as: undefined, version: 'v1', pretty: c.params.pretty === '1' }
    const known = TRANSFORMS.has(as) && c.params.g === 'meta.k8s.io' && TRANSFORM_VERSIONS.has(c.params.v ?? '')
    // A Table has no protobuf form upstream.
    if (!transforms || !known || (as === 'Table' && media === PROTOBUF_TYPE)) continue
    return { media, as: as as Transform, version: c.params.v as Representation['version'], pretty: c.params.pretty === '1' }
  }
  return undefined
}

const NOT_ACCEPTABLE = `406: Not Acceptable\n\nAvailable representations: ${SERVED.join(', ')}`
const STREAMS = `, application/json;stream=watch, ${PROTOBUF_TYPE};stream=watch`

/**
 * Picks the representation of an answer; 406 when none of the accepted ones can be had.
 * @param protobuf whether the objects themselves have that form; their metadata always has
 * @param streams whether the answer could have been a watch, which the error's list of representations then names
 */
export function negotiate(accept: string | undefined, transforms = true, streams = false, protobuf = true): Representation {
  if (accept === undefined || accept === '' || accept === JSON_TYPE || accept === '*/*') return PLAIN
  const key = `${transforms ? '' : '- '}${protobuf ? '' : '= '}${accept}`
  let found = memo.get(key)
  if (found === undefined && !memo.has(key)) {
    found = choose(accept, transforms, protobuf)
    if (key.length <= MEMO_KEY_LIMIT) {
      if (memo.size >= MEMO_LIMIT) memo.clear()
      memo.set(key, found)
    }
  }
  if (found === undefined) {
    // A media type that is served, in a form that is not: upstream's second look finds nothing, and words it otherwise.
    const served = parseAccept(accept).some((c) => c.params.as !== undefined && SERVED.some((m) => m === c.media))
    if (served || !protobuf)
      throw new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${SERVED.join(', ')}`)
    throw new StatusError(406, 'NotAcceptable', streams ? NOT_ACCEPTABLE + STREAMS : NOT_ACCEPTABLE, {})
  }
  return found
}

/** Media type of a request body; JSON when the header is missing. 415 for anything that is not served. */
export function bodyMediaType(contentType: string | undefined): MediaType {
  if (contentType === undefined || contentType === '') return JSON_TYPE
  const media = contentType.split(';', 1)[0]!.trim().toLowerCase()
  const found = SERVED.find((m) => m === media)
  if (found === undefined) {
    throw unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${SERVED.join(', ')}`)
  }
  return found
}
