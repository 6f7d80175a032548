import { webcrypto } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { parseAccept } from '../codec/negotiation.ts'
import type { RequestContext } from '../request/context.ts'
import type { Clock, Timer } from '../machinery/clock.ts'
import type { ResponseHeaders } from '../serving/exchange.ts'
import type { CustomSource } from './custom-schemas.ts'
import type { Descriptions } from './descriptions.ts'
import { documents, type Documents, type DocumentOptions } from './documents.ts'
import { encodeDocument } from './gnostic.ts'
import { jsonSteps } from './json-steps.ts'
import { merged, withPaths } from './merge.ts'
import type { Json } from './schemas.ts'
import { inTurns, type Steps } from './steps.ts'

export { readDescriptions } from './descriptions.ts'

export interface OpenApiOptions extends Omit<DocumentOptions, 'descriptions' | 'custom'> {
  clock: Clock
  descriptions(): Promise<Descriptions>
  /** What is served besides the built-in API now, and a number that grows with every change of it. */
  custom(): { readonly generation: number; readonly sources: readonly CustomSource[] }
  /** OpenAPI v2 documents of other servers, each for the group-version by which v3 calls it; that of before is added before. */
  foreignV2(): readonly { readonly name: string; readonly etag: string; document(): object }[]
  /** Documents of other servers, which have them: by name, with the address that the index gives. */
  foreign(): ReadonlyMap<string, { readonly address: string; forward(ctx: RequestContext): Promise<void> }>
}

type Form = 'json' | 'protobuf'
const V2 = 'v2'
/** What stands in V2 of other servers, among the names of documents. */
const OTHERS = ' v2 of others'

/** What nobody has asked for in this time is let go, bodies and descriptions; they are made again in milliseconds. */
const KEEP_MS = 60_000
const YEAR = 365 * 24 * 3_600_000

/** Media types by version: the `@` of the old name is no token of RFC 9110. */
const protobufOf = (version: 2 | 3): string => `application/com.github.proto-openapi.spec.v${version}.v1.0+protobuf`
const deprecatedOf = (version: 2 | 3): string => `application/com.github.proto-openapi.spec.v${version}@v1.0+protobuf`

/**
 * Serves `/openapi/v2`, `/openapi/v3` and what is below it (KEP-2896); false for other paths. Any method is answered, as upstream.
 * Documents are made when they are asked for and kept as bytes while they are in use; of the rest only hashes stay.
 */
export function openApi(o: OpenApiOptions): (ctx: RequestContext) => Promise<boolean> {
  const hashes = new Map<string, string>()
  const started = new Date(o.clock.now()).toUTCString()
  const kept = new Map<string, { value: Promise<unknown>; timer: Timer }>()

  /** Of what is served besides the built-in API; the documents of that never change. */
  let generation = -1
  let identities = new Map<string, string>()
  let foreignV2: ReturnType<OpenApiOptions['foreignV2']> = []

  /** Lets go of what a change of the API has made wrong. */
  function renew(): void {
    const { generation: now, sources } = o.custom()
    if (now === generation) return
    generation = now
    const before = identities
    identities = identitiesOf(sources)
    foreignV2 = o.foreignV2()
    const others = foreignV2.map(({ name, etag }) => `${name} ${etag}`).join(' ')
    if (others !== '') identities.set(OTHERS, others)
    const changed = new Set([...before.keys(), ...identities.keys()].filter((name) => before.get(name) !== identities.get(name)))
    if (changed.size === 0) return
    index = undefined
    for (const name of [V2, ...changed]) {
      hashes.delete(name)
      for (const key of [`json ${name}`, `protobuf ${name}`, 'json gzip', 'protobuf gzip', 'documents']) {
        kept.get(key)?.timer.cancel()
        kept.delete(key)
      }
    }
  }

  function keep<T>(key: string, make: () => Promise<T>): Promise<T> {
    const known = kept.get(key)
    known?.timer.cancel()
    const value = known === undefined ? make() : (known.value as Promise<T>)
    kept.set(key, { value, timer: o.clock.setTimeout(() => kept.delete(key), KEEP_MS) })
    if (known === undefined) value.catch(() => kept.delete(key))
    return value
  }

  const loaded = (): Promise<Documents> =>
    keep('documents', async () => {
      const descriptions = await o.descriptions()
      await setImmediate()
      return documents({ ...o, descriptions, custom: o.custom().sources })
    })
  const documentOf = (made: Documents, name: string): Promise<Json> => inTurns(name === V2 ? mergedV2(made) : made.v3(name))

  /** One for all: with what is told of their own group-versions by the servers behind. */
  function* mergedV2(made: Documents): Steps<Json> {
    let all = yield* made.v2()
    for (const { name, document } of foreignV2) {
      const own = yield* withPaths(document() as Json, (path) => path.startsWith(`/${name}/`))
      all = yield* merged(all, own)
    }
    return all
  }

  /** The hash is always that of the JSON, so that both forms have one. */
  function bodyOf(made: Documents, name: string, form: Form): Promise<Buffer> {
    return keep(`${form} ${name}`, async () => {
      const document = await documentOf(made, name)
      if (form === 'json' || !hashes.has(name)) {
        const make = (): Promise<Buffer> => inTurns(jsonSteps(document, name !== V2))
        const json = await (form === 'json' ? make() : keep(`json ${name}`, make))
        if (!hashes.has(name)) hashes.set(name, identities.has(name) ? await hashOfDocument(made, name) : await hashOf(json))
        if (form === 'json') return json
      }
      return inTurns(encodeDocument(name === V2 ? 2 : 3, document))
    })
  }

  async function hashFor(made: Documents, name: string, form: Form): Promise<string> {
    if (!hashes.has(name) && identities.has(name)) hashes.set(name, await hashOfDocument(made, name))
    if (!hashes.has(name)) await bodyOf(made, name, form)
    return hashes.get(name)!
  }

  /** Of what is made of definitions alone, they tell without it. */
  async function hashOfDocument(made: Documents, name: string): Promise<string> {
    const identity = identities.get(name)
    return hashOf(
      identity === undefined
        ? await inTurns(jsonSteps(await documentOf(made, name), name !== V2))
        : Buffer.from(`${o.version} ${identity}`),
    )
  }

  type Paths = Record<string, { serverRelativeURL: string }>
  let index: Promise<Paths> | undefined
  /** Needs the hash of every document: makes one after the other, and forgets it. */
  async function makeIndex(): Promise<Paths> {
    const made = await loaded()
    const paths: Paths = {}
    for (const name of made.names) {
      if (!hashes.has(name)) hashes.set(name, await hashOfDocument(made, name))
      paths[name] = { serverRelativeURL: addressOf(name, hashes.get(name)!) }
    }
    return paths
  }

  function respond(ctx: RequestContext, status: number, headers: ResponseHeaders, body?: Buffer): true {
    const empty = ctx.exchange.method === 'HEAD'
    if (body === undefined) ctx.exchange.respond(status, headers)
    else if (empty) ctx.exchange.respond(status, { ...headers, 'content-length': String(body.length) })
    else ctx.exchange.respond(status, headers, body)
    return true
  }

  async function v2(ctx: RequestContext): Promise<true> {
    const vary = ['Accept-Encoding', 'Accept']
    const form = accepted(ctx.exchange.headers.accept, 2)
    if (form === undefined) return respond(ctx, 406, { vary })
    const made = await loaded()
    const etag = `"${await hashFor(made, V2, form)}"`
    if (matches(ctx.exchange.headers['if-none-match'], etag)) return respond(ctx, 304, { etag, vary })
    const headers = { 'content-type': form === 'json' ? 'application/json' : protobufOf(2), etag, 'last-modified': started, vary }
    if (!/\bgzip\b/.test(ctx.exchange.headers['accept-encoding'] ?? '')) return respond(ctx, 200, headers, await bodyOf(made, V2, form))
    const packed = await keep(`${form} gzip`, async () => promisify(gzip)(await bodyOf(made, V2, form), { level: 4 }))
    return respond(ctx, 200, { ...headers, 'content-encoding': 'gzip' }, packed)
  }

  async function v3(ctx: RequestContext, name: string): Promise<true> {
    const made = await loaded()
    if (!made.names.includes(name)) return respond(ctx, 404, {})
    const { accept } = ctx.exchange.headers
    // Upstream has nothing to say to whom it cannot understand, and says so with 200.
    if (accept !== undefined && accept !== '' && !hasMediaType(accept)) return respond(ctx, 200, {})
    const form = accepted(accept, 3)
    if (form === undefined) return respond(ctx, 406, { vary: 'Accept' })
    const hash = await hashFor(made, name, form)
    const headers: ResponseHeaders = { etag: `"${hash}"`, vary: 'Accept' }
    const type = form === 'json' ? 'application/json' : protobufOf(3)
    const given = ctx.requestInfo.query.get('hash') ?? ''
    if (given !== '' && given !== hash) return respond(ctx, 301, { ...headers, 'content-type': type, location: addressOf(name, hash) })
    if (given !== '') {
      // An address with its hash never changes what it names.
      headers['cache-control'] = 'public, immutable'
      headers.expires = new Date(o.clock.now() + YEAR).toUTCString().replace('GMT', 'UTC')
    }
    if (matches(ctx.exchange.headers['if-none-match'], headers.etag as string)) return respond(ctx, 304, headers)
    return respond(ctx, 200, { ...headers, 'content-type': type, 'last-modified': started }, await bodyOf(made, name, form))
  }

  return async (ctx) => {
    const { path } = ctx.exchange
    renew()
    if (path === '/openapi/v2') return v2(ctx)
    if (path === '/openapi/v3') {
      index ??= makeIndex().catch((e: unknown) => {
        index = undefined
        throw e
      })
      // Upstream's aggregator says no more of the index than that it is text.
      const paths = { ...(await index) }
      for (const [name, { address }] of o.foreign()) paths[name] = { serverRelativeURL: address }
      const body = Buffer.from(JSON.stringify({ paths }))
      return respond(ctx, 200, { 'content-type': 'text/plain; charset=utf-8', 'last-modified': started }, body)
    }
    if (!path.startsWith('/openapi/v3/')) return false
    const name = path.slice('/openapi/v3/'.length)
    const foreign = o.foreign().get(name)
    if (foreign === undefined) return v3(ctx, name)
    await foreign.forward(ctx)
    return true
  }
}

/** By the name of the document: all that it is made of. */
function identitiesOf(sources: readonly CustomSource[]): Map<string, string> {
  const found = new Map<string, string>()
  for (const { group, version, identity } of sources) {
    const name = `apis/${group}/${version}`
    found.set(name, `${found.get(name) ?? name} ${identity}`)
  }
  return found
}

// On another thread: these are megabytes.
const hashOf = async (body: Buffer): Promise<string> =>
  Buffer.from(await webcrypto.subtle.digest('SHA-512', new Uint8Array(body)))
    .toString('hex')
    .toUpperCase()
const addressOf = (name: string, hash: string): string => `/openapi/v3/${name}?hash=${hash}`

function accepted(accept: string | undefined, version: 2 | 3): Form | undefined {
  for (const { type, subType } of parseAccept(accept === undefined || accept === '' ? '*/*' : accept)) {
    const media = `${type}/${subType}`
    if (media === '*/json' || media === '*/*' || media === 'application/*' || media === 'application/json') return 'json'
    if (media === protobufOf(version) || media === deprecatedOf(version)) return 'protobuf'
  }
  return undefined
}

/** Whether any part of it is one, as Go's goautoneg tells. */
const hasMediaType = (accept: string): boolean =>
  accept.split(',').some((part) => /^(?:\*|[^/]+\/[^/]+)$/.test(part.split(';', 1)[0]!.trim()))

const matches = (header: string | undefined, etag: string): boolean =>
  header !== undefined && header.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag)
