import type { Entry } from '../cache/entry.ts'
import { negotiate, PROTOBUF_TYPE, type Representation } from '../codec/negotiation.ts'
import { encodeObject } from '../codec/protobuf/index.ts'
import { stringifyYaml } from '../codec/yaml.ts'
import type { RequestContext } from '../filters/context.ts'
import type { Status, StatusDetails } from '../machinery/status.ts'
import { parseApiVersion, type KubeObject } from '../machinery/types.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import { scheme } from '../scheme/index.ts'
import { prettyJson, shapeOf, type Shape } from './representation.ts'
import { includeObjectOf, type IncludeObject } from './table.ts'
import { searchOf } from './query.ts'

/** Browsers, curl and wget get indented answers unless `pretty` says otherwise (apiserver `negotiation.go`, isPrettyPrint). */
const PRETTY_AGENTS = /^(?:curl|Wget|Mozilla\/5\.0)/

function wantsPretty(ctx: RequestContext): boolean {
  const { search, headers } = ctx.exchange
  if (search.includes('pretty=')) {
    const value = searchOf(search).get('pretty')
    if (value !== null) return !/^(0|f|F|FALSE|false|False)$/.test(value)
  }
  return PRETTY_AGENTS.test(headers['user-agent'] ?? '')
}

export function representationOf(ctx: RequestContext, transforms = true): Representation {
  const r = negotiate(ctx.exchange.headers.accept, transforms)
  return r.media === 'application/json' && !r.pretty && wantsPretty(ctx) ? { ...r, pretty: true } : r
}

export function shapeFor(ctx: RequestContext, served: ServedResource): Shape {
  const representation = representationOf(ctx)
  const includeObject: IncludeObject =
    representation.as === 'Table' ? includeObjectOf(searchOf(ctx.exchange.search).get('includeObject')) : 'None'
  return shapeOf(served, { representation, includeObject, now: () => ctx.clock.now() })
}

/** Answers with a stored object in the shape that was asked for. */
export function respondEntry(ctx: RequestContext, shape: Shape, entry: Entry, status = 200): void {
  ctx.exchange.respond(status, { 'content-type': shape.contentType }, shape.object(entry))
}

/** Answers with an object that is not stored: a Status, a Scale, a review, a discovery document. */
export function respondObject(ctx: RequestContext, obj: object, status = 200): void {
  const { media, pretty } = representationOf(ctx, false)
  const { apiVersion, kind } = obj as Partial<KubeObject>
  const gv = parseApiVersion(apiVersion ?? '')
  const type = media === PROTOBUF_TYPE && gv !== undefined && kind !== undefined ? scheme.typeOf(gv.group, gv.version, kind) : undefined
  if (type !== undefined) {
    ctx.exchange.respond(status, { 'content-type': PROTOBUF_TYPE }, encodeObject(obj as KubeObject, type))
  } else if (media === 'application/yaml') {
    ctx.exchange.respond(status, { 'content-type': 'application/yaml' }, Buffer.from(stringifyYaml(obj)))
  } else {
    const json = Buffer.from(`${JSON.stringify(obj)}\n`)
    ctx.exchange.respond(status, { 'content-type': 'application/json' }, pretty ? prettyJson(json) : json)
  }
}

/** The answer to a finished delete; without a code, as upstream. */
export function successStatus(details: StatusDetails): Omit<Status, 'code'> {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details }
}
