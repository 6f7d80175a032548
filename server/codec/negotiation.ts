import { setOwn } from '../machinery/own.ts'
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
  readonly type: string
  readonly subType: string
  readonly q: number
  readonly params: Readonly<Record<string, string>>
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

const trimmed = (text: string): string => text.replace(/^ +| +$/g, '')
const GO_FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i

function clauseOf(part: string): Clause | undefined {
  const [head = '', ...rest] = trimmed(part).split(';', MAX_PARAMS)
  const [type = '', subType = '', ...more] = head.split('/').map(trimmed)
  if (more.length > 0 || (subType === '' && (type !== '*' || head.includes('/')))) return undefined
  const params: Record<string, string> = {}
  let q = 1
  for (const given of rest) {
    const [name = '', value = '', ...others] = given.split('=')
    if (value === '' || others.some((other) => other !== '') || others.length > 1) continue
    if (trimmed(name) === 'q') q = GO_FLOAT.test(value) ? Number(value) : 0
    else setOwn(params, trimmed(name), trimmed(value))
  }
  return { type, subType: subType === '' ? '*' : subType, q, params }
}

/** Whether a clause comes before one that stands before it: that is no order, so how it is sorted shows. */
const isBefore = (a: Clause, b: Clause): boolean =>
  a.q > b.q || (a.type !== '*' && b.type === '*') || (a.subType !== '*' && b.subType === '*')

/** Parses an Accept header as upstream's library does (munnerz/goautoneg), best clause first. A weight of 0 is one like others there. */
export function parseAccept(header: string): Clause[] {
  const clauses = header.split(',', MAX_CLAUSES).flatMap((part) => clauseOf(part) ?? [])
  for (let i = 1; i < clauses.length; i++)
    for (let j = i; j > 0 && isBefore(clauses[j]!, clauses[j - 1]!); j--) [clauses[j - 1], clauses[j]] = [clauses[j]!, clauses[j - 1]!]
  return clauses
}

const covers = ({ type, subType }: Clause, media: string): boolean =>
  `${type}/${subType}` === media || (subType === '*' && (type === '*' || media.startsWith(`${type}/`)))

/** What a client wants to be done with an answer. */
export interface Conversion {
  readonly kind: string
  readonly group: string
  readonly version: string
}

interface Restrictions {
  allows(media: string, conversion: Conversion | undefined): boolean
  /** Whether there are resources here, which may be asked for in a version of the server. */
  readonly versions?: boolean
}

/** The first clause that can be had, and of which of these types (apiserver `negotiation`, NegotiateMediaTypeOptions). */
export function negotiated<M extends string>(
  accept: string,
  types: readonly M[],
  { allows, versions = false }: Restrictions,
): { media: M; conversion: Conversion | undefined; pretty: boolean } | undefined {
  for (const clause of parseAccept(accept)) {
    const { as, g, v, stream = '', sv = '', pretty } = clause.params
    const conversion =
      as === undefined && g === undefined && v === undefined ? undefined : { kind: as ?? '', group: g ?? '', version: v ?? '' }
    for (const media of types) {
      if (!covers(clause, media)) continue
      // YAML has no streams.
      if (stream !== '' && (stream !== 'watch' || media === YAML_TYPE)) continue
      if (sv !== '' && !(versions && sv === 'v1')) continue
      if (allows(media, conversion)) return { media, conversion, pretty: pretty === '1' }
    }
  }
  return undefined
}

/** Whether a route that produces these types is found for an Accept header: the library of routes looks at no parameters (go-restful). */
export const routeAccepts = (accept: string, produced: readonly string[]): boolean =>
  accept === '' || accept.split(',', MAX_CLAUSES).some((part) => isProduced(trimmed(part.split(';', 1)[0]!), produced))

const isProduced = (media: string, produced: readonly string[]): boolean => media === '*/*' || produced.includes(media)

const PLAIN: Representation = { media: JSON_TYPE, as: undefined, version: 'v1', pretty: false }
// At most 128 KB: what a client sends is remembered only when it is as short as the headers of real clients.
const MEMO_LIMIT = 500
const MEMO_KEY_LIMIT = 256
const memo = new Map<string, Representation | undefined>()

function choose(accept: string, { transforms = true, protobuf = true, cbor = false }: Had): Representation | undefined {
  const allows = (media: string, conversion: Conversion | undefined): boolean => {
    if (conversion === undefined) return media !== PROTOBUF_TYPE || protobuf
    const { kind, group, version } = conversion
    if (transforms === false || !TRANSFORMS.has(kind) || group !== 'meta.k8s.io' || !TRANSFORM_VERSIONS.has(version)) return false
    // A Table has JSON and YAML forms only.
    return kind !== 'Table' || (transforms === true && (media === JSON_TYPE || media === YAML_TYPE))
  }
  const found = negotiated(accept, servedTypes(cbor), { allows, versions: transforms !== false })
  if (found === undefined) return undefined
  const { media, conversion, pretty } = found
  return { media, as: conversion?.kind as Transform, version: (conversion?.version ?? 'v1') as Representation['version'], pretty }
}

/** What an answer can be shown as besides itself: anything, no Table, or nothing. */
export type Transforms = boolean | 'metadata'

/** What an answer can be. */
interface Had {
  /** A Table, or metadata alone. */
  transforms?: Transforms
  /** The answer could have been a watch, which the error's list of representations then names. */
  streams?: boolean
  /** Whether the objects themselves have that form; their metadata always has. */
  protobuf?: boolean
  /** Whether a route is found first, which has words of its own where none is; custom kinds and the aggregator's documents have none. */
  routes?: boolean
  /** Types of the route that are of no object: contents of a log. */
  also?: readonly string[] | undefined
  /** The gate of CBOR is open. */
  cbor?: boolean | undefined
}

/** No route produces what is accepted: nothing that a route says goes with it. */
export class NoRouteError extends StatusError {
  constructor(produced: string) {
    super(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${produced}`, {})
  }
}

/** Picks the representation of an answer; 406 when none of the accepted ones can be had. */
export function negotiate(accept: string | undefined, had: Had = {}): Representation {
  if (accept === undefined || accept === '' || accept === JSON_TYPE || accept === '*/*') return PLAIN
  const { transforms = true, streams = false, protobuf = true, cbor = false, routes = true, also = [] } = had
  const key = `${transforms === true ? '' : `${transforms} `}${protobuf ? '' : '= '}${cbor ? '+ ' : ''}${accept}`
  let found = memo.get(key)
  if (found === undefined && !memo.has(key)) {
    found = choose(accept, had)
    if (key.length <= MEMO_KEY_LIMIT) {
      if (memo.size >= MEMO_LIMIT) memo.clear()
      memo.set(key, found)
    }
  }
  const types = servedTypes(cbor)
  const routed = protobuf && routes
  const produced = [...also, ...types]
  if (routed && !routeAccepts(accept, streams && cbor ? [...produced, CBOR_SEQUENCE] : produced)) {
    const all = streams ? `${produced.join(', ')}, ${streamTypes(cbor)}` : produced.join(', ')
    throw new NoRouteError(all)
  }
  if (found === undefined) throw new StatusError(406, 'NotAcceptable', `only the following media types are accepted: ${types.join(', ')}`)
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
