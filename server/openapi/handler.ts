import { createHash } from 'node:crypto'
import type { RequestContext } from '../filters/context.ts'
import type { ResourceFacts, Scheme } from '../scheme/contract.ts'
import { pathsOf } from './paths.ts'
import { schemasOf } from './schemas.ts'

export interface OpenApiOptions {
  scheme: Scheme
  /** `1.37`. */
  version: string
}

interface Document {
  body: Buffer
  hash: string
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'

/** Serves `/openapi/v3` and the documents below it (KEP-2896), each made when it is first asked for; false for other paths. */
export function openApi({ scheme, version }: OpenApiOptions): (ctx: RequestContext) => boolean {
  const documents = new Map<string, Document>()
  const paths = new Map<string, readonly ResourceFacts[]>()
  for (const g of scheme.groups) {
    for (const v of g.versions) {
      const path = g.name === '' ? `api/${v}` : `apis/${g.name}/${v}`
      paths.set(
        path,
        scheme.resources.filter((r) => r.group === g.name && r.version === v),
      )
    }
  }
  const documentAt = (path: string): Document | undefined => {
    const resources = paths.get(path)
    if (resources === undefined) return undefined
    let made = documents.get(path)
    if (made === undefined) {
      const body = Buffer.from(JSON.stringify(documentOf(scheme, version, `/${path}`, resources)))
      documents.set(path, (made = { body, hash: hashOf(body) }))
    }
    return made
  }
  const index = (): Buffer => {
    const entries = [...paths.keys()].sort().map((p) => [p, { serverRelativeURL: `/openapi/v3/${p}?hash=${documentAt(p)?.hash}` }])
    return Buffer.from(JSON.stringify({ paths: Object.fromEntries(entries) }))
  }
  return (ctx) => {
    const { path, search, headers } = ctx.exchange
    if (path === '/openapi/v3' || path === '/openapi/v3/') {
      ctx.exchange.respond(200, { 'content-type': 'application/json' }, index())
      return true
    }
    const found = path.startsWith('/openapi/v3/') ? documentAt(path.slice('/openapi/v3/'.length)) : undefined
    if (found === undefined) return false
    const etag = `"${found.hash}"`
    const given = new URLSearchParams(search).get('hash')
    if (given !== null && given !== found.hash) {
      ctx.exchange.respond(301, { location: `${path}?hash=${found.hash}` })
      return true
    }
    // An address with its hash never changes what it names.
    const cache = given === null ? 'no-cache, private' : 'public, immutable'
    const answer = { 'content-type': 'application/json', etag, vary: 'Accept', 'cache-control': cache }
    if (headers['if-none-match'] === etag) ctx.exchange.respond(304, answer)
    else ctx.exchange.respond(200, answer, found.body)
    return true
  }
}

const hashOf = (body: Buffer): string => createHash('sha512').update(body).digest('hex').toUpperCase()

function documentOf(scheme: Scheme, version: string, base: string, resources: readonly ResourceFacts[]): object {
  const kinds = new Map<string, object[]>()
  const names = new Set([`${META}.Status`, `${META}.DeleteOptions`])
  const typeOf = (group: string, v: string, kind: string): string | undefined => {
    const type = scheme.typeOf(group, v, kind)
    if (type === undefined) return undefined
    names.add(type.name)
    if (!kinds.has(type.name)) kinds.set(type.name, [{ group, kind, version: v }])
    return type.name
  }
  for (const r of resources) typeOf(r.group, r.version, r.kind)
  const paths = Object.assign({}, ...resources.map((r) => pathsOf(base, r, typeOf))) as object
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version },
    paths,
    components: {
      schemas: schemasOf(scheme, names, kinds),
      securitySchemes: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
    },
  }
}
