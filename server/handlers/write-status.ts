import { encodeObject as encodeCbor } from '../codec/cbor/index.ts'
import { CBOR_TYPE, negotiate, PROTOBUF_TYPE } from '../codec/negotiation.ts'
import { encodeObject } from '../codec/protobuf/index.ts'
import { stringifyYaml } from '../codec/yaml.ts'
import type { StatusWriter } from '../filters/errors.ts'
import { parseQuery } from '../machinery/query.ts'
import type { KindTypes } from '../scheme/contract.ts'
import { prettyJson } from './encoders/json.ts'
import { wantsPretty } from './respond.ts'
import { escapedJson } from '../machinery/json-escape.ts'

/**
 * Errors in the client's own encoding; JSON when its Accept header is the error.
 * @param cbor whether that may be CBOR
 */
export const statusWriter =
  (types: KindTypes, cbor: boolean): StatusWriter =>
  (exchange, status, headers) => {
    let media: string = 'application/json'
    let pretty = true
    try {
      const r = negotiate(exchange.headers.accept, { transforms: false, routes: false, cbor })
      media = r.media
      pretty = r.pretty || wantsPretty(parseQuery(exchange.search), exchange.headers['user-agent'])
    } catch {
      // 406 itself, or another error before it: indented JSON is what everyone reads.
    }
    const retry = status.details?.retryAfterSeconds
    const all = { ...headers, ...(retry === undefined ? {} : { 'retry-after': String(retry) }), 'content-type': media }
    const type = types.typeOf('', 'v1', 'Status')!
    if (media === PROTOBUF_TYPE) return exchange.respond(status.code, all, encodeObject(status, type))
    if (media === CBOR_TYPE) return exchange.respond(status.code, all, encodeCbor(status, type))
    if (media === 'application/yaml') return exchange.respond(status.code, all, Buffer.from(stringifyYaml(status)))
    const json = Buffer.from(`${escapedJson(status)}\n`)
    exchange.respond(status.code, all, pretty ? prettyJson(json) : json)
  }
