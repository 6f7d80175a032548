import type { Entry } from '../cache/entry.ts'
import {
  CBOR_TYPE,
  negotiate,
  NoRouteError,
  PROTOBUF_TYPE,
  type Representation,
  streamTypes,
  type Transforms,
} from '../codec/negotiation.ts'
import { encodeObject as encodeCbor } from '../codec/cbor/index.ts'
import { encodeObject } from '../codec/protobuf/index.ts'
import { stringifyYaml } from '../codec/yaml.ts'
import type { RequestContext } from '../request/context.ts'
import { isStatusError, notAcceptable, type Status, type StatusDetails } from '../machinery/status.ts'
import { parseGoBool, type Query } from '../machinery/query.ts'
import { parseApiVersion, type KubeObject } from '../machinery/types.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import type { ResourceEncoder } from './encoders/contract.ts'
import { encoderOf } from './encoders/index.ts'
import { prettyJson } from './encoders/json.ts'
import { includeObjectOf, type IncludeObject } from './table.ts'
import { escapedJson } from '../machinery/json-escape.ts'

/** Browsers, curl and wget get indented answers unless `pretty` says otherwise (apiserver `negotiation.go`, isPrettyPrint). */
const PRETTY_AGENTS = /^(?:curl|Wget|Mozilla\/5\.0)/

export function wantsPretty(query: Query, userAgent: string | undefined): boolean {
  const value = query.get('pretty') ?? ''
  // What is no boolean means no.
  return value === '' ? PRETTY_AGENTS.test(userAgent ?? '') : parseGoBool(value) === true
}

export function representationOf(
  ctx: RequestContext,
  transforms: Transforms = true,
  protobuf = true,
  routes = true,
  cbor = ctx.cbor,
  also?: readonly string[],
): Representation {
  const { verb } = ctx.requestInfo
  const r = negotiate(ctx.exchange.headers.accept, {
    transforms,
    streams: verb === 'list' || verb === 'watch',
    protobuf,
    cbor,
    routes,
    also,
  })
  return r.media === 'application/json' && !r.pretty && wantsPretty(ctx.requestInfo.query, ctx.exchange.headers['user-agent'])
    ? { ...r, pretty: true }
    : r
}

/** @throws 406 for what no route produces, with which nothing is said of the resource */
export function warnOfDeprecation(ctx: RequestContext, deprecation: string): void {
  try {
    representationOf(ctx)
  } catch (e) {
    if (e instanceof NoRouteError) throw e
  }
  ctx.warnings.push(deprecation)
}

/** Whether an object can be asked for as a Table where the request is sent to. */
function hasTable({ subresources, statusTable }: ServedResource, subresource: string): boolean {
  if (subresource === '') return true
  if (subresource === 'status') return statusTable
  const sub = subresources.get(subresource)
  return sub?.form !== 'object' || sub.table !== undefined
}

/** @throws 406 for what a list may be answered in and a watch may not: told when the watch could begin */
export function checkStreams(ctx: RequestContext): void {
  if (representationOf(ctx).media !== 'application/yaml') return
  throw notAcceptable(`only the following media types are accepted: ${streamTypes(ctx.cbor === true)}`)
}

/** @throws 406 before anything else is looked at */
export function encoderFor(ctx: RequestContext, served: ServedResource): ResourceEncoder {
  const transforms = hasTable(served, ctx.requestInfo.subresource) || 'metadata'
  const representation = representationOf(ctx, transforms, served.schema.facts !== undefined)
  const made = (includeObject: IncludeObject): ResourceEncoder =>
    encoderOf(served, { representation, includeObject, clock: ctx.clock, types: ctx.types })
  if (representation.as !== 'Table') return made('None')
  try {
    return made(includeObjectOf(ctx.requestInfo.query.get('includeObject')))
  } catch (e) {
    return refusing(made('None'), e)
  }
}

/** What is wrong with how an answer is wanted is found when there is one to show: a write is done by then. */
function refusing({ joined: _j, objectInTurn: _o, itemInTurn: _i, ...encoder }: ResourceEncoder, why: unknown): ResourceEncoder {
  const refuse = (): never => {
    throw why
  }
  return { ...encoder, object: refuse, item: refuse, list: refuse, check: refuse }
}

/** Answers with a stored object in the encoder that was asked for. */
export function respondEntry(ctx: RequestContext, encoder: ResourceEncoder, entry: Entry, status = 200): void | Promise<void> {
  const send = (body: Buffer): void => ctx.exchange.respond(status, { 'content-type': encoder.contentType }, body)
  const body = encoder.objectInTurn?.(entry) ?? encoder.object(entry)
  return body instanceof Promise ? body.then(send) : send(body)
}

/**
 * Answers with an object that is not stored: a Status, a review, a discovery document.
 * @param protobuf whether it has that form here
 * @param transformed whether it is in the form that was asked for; a Status stays one whatever that is
 */
export function respondObject(
  ctx: RequestContext,
  given: object,
  status = 200,
  protobuf = true,
  transformed = (given as Partial<KubeObject>).kind === 'Status',
): void {
  respondAs(ctx, given, status, representationOf(ctx, transformed, protobuf))
}

/**
 * Answers with a document of discovery.
 * @param routed as in `negotiate`
 * @param cbor whether it may have that form; where it may not, neither may a refusal
 */
export function respondDocument(ctx: RequestContext, document: object, routed: boolean, cbor = ctx.cbor): void {
  let representation: Representation
  try {
    representation = representationOf(ctx, false, true, routed, cbor)
  } catch (e) {
    if (cbor === ctx.cbor || !isStatusError(e)) throw e
    return respondAs(ctx, e.status, e.code, { media: 'application/json', as: undefined, version: 'v1', pretty: true })
  }
  respondAs(ctx, document, 200, representation)
}

function respondAs(ctx: RequestContext, given: object, status: number, { media, pretty }: Representation): void {
  const obj = typeFirst(given as Partial<KubeObject>)
  const { apiVersion, kind } = obj
  // Legacy discovery leaves the version of its own documents out.
  const gv = parseApiVersion(apiVersion ?? 'v1')
  const type = gv !== undefined && kind !== undefined ? ctx.types.typeOf(gv.group, gv.version, kind) : undefined
  if (media === CBOR_TYPE) {
    ctx.exchange.respond(status, { 'content-type': CBOR_TYPE }, encodeCbor(obj, type))
  } else if (media === PROTOBUF_TYPE && type !== undefined) {
    ctx.exchange.respond(status, { 'content-type': PROTOBUF_TYPE }, encodeObject(obj as KubeObject, type))
  } else if (media === 'application/yaml') {
    ctx.exchange.respond(status, { 'content-type': 'application/yaml' }, Buffer.from(stringifyYaml(obj)))
  } else {
    const json = Buffer.from(`${escapedJson(obj)}\n`)
    ctx.exchange.respond(status, { 'content-type': 'application/json' }, pretty ? prettyJson(json) : json)
  }
}

function typeFirst({ kind, apiVersion, ...rest }: Partial<KubeObject>): Partial<KubeObject> {
  return { ...(kind === undefined ? {} : { kind }), ...(apiVersion === undefined ? {} : { apiVersion }), ...rest }
}

/** The answer to a finished delete; without a code, as upstream. */
export function successStatus(details: StatusDetails): Omit<Status, 'code'> {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }
}
