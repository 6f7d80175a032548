import type { RequestContext } from '../request/context.ts'
import { methodNotAllowed, StatusError } from '../machinery/status.ts'

/** What others must know to check service account tokens themselves (KEP-1393; pkg/serviceaccount/openidmetadata.go). */
export interface OpenIdProvider {
  readonly issuer: string
  readonly jwksUri: string
  /** Public keys whose signatures count, as JSON Web Keys (RFC 7517). */
  readonly keys: readonly Readonly<Record<string, string>>[]
}

export const OPENID_PATHS = ['/.well-known/openid-configuration', '/openid/v1/jwks']

/**
 * Serves the provider's metadata (OpenID Connect Discovery §4.2) and its key set; false for other paths. An issuer that is no https URL
 * has none, as upstream.
 */
export function openId(provider: () => OpenIdProvider | undefined): (ctx: RequestContext) => boolean {
  let documents: ReadonlyMap<string, { readonly type: string; readonly body: Buffer }> | undefined
  return ({ exchange, requestInfo }) => {
    const path = requestInfo.path.replace(/(.)\/$/, '$1')
    if (!OPENID_PATHS.includes(path)) return false
    const found = (documents ??= documentsOf(provider())).get(path)
    if (found === undefined) return false
    if (exchange.method !== 'GET') throw methodNotAllowed()
    if (!accepts(exchange.headers.accept, found.type)) {
      const why = `406: Not Acceptable\n\nAvailable representations: ${found.type}`
      throw new StatusError(406, 'NotAcceptable', why, {})
    }
    exchange.respond(200, { 'content-type': found.type, 'cache-control': 'public, max-age=3600' }, found.body)
    return true
  }
}

/** As go-restful reads Accept: types as they stand, or all of them. */
const accepts = (header: string | undefined, type: string): boolean =>
  header === undefined ||
  header
    .split(',')
    .map((range) => range.split(';', 1)[0]!.trim())
    .some((range) => range === '*/*' || range === type)

function documentsOf(provider: OpenIdProvider | undefined): Map<string, { type: string; body: Buffer }> {
  if (provider === undefined || !/^https:\/\/[^/?#]+/.test(provider.issuer) || /[?#]/.test(provider.issuer)) return new Map()
  const { issuer, jwksUri, keys } = provider
  const metadata = {
    issuer,
    jwks_uri: jwksUri,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(keys.map((key) => key.alg))].sort(),
  }
  const [discovery, jwks] = OPENID_PATHS as [string, string]
  return new Map([
    [discovery, { type: 'application/json', body: Buffer.from(JSON.stringify(metadata)) }],
    [jwks, { type: 'application/jwk-set+json', body: Buffer.from(JSON.stringify({ keys })) }],
  ])
}
