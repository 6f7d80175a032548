import { fromHeader, separateIdentity, unescapedKey } from '../machinery/identity-headers.ts'
import { hash, X509Certificate } from 'node:crypto'
import { subjectOf } from '../machinery/x509/name.ts'
import type { ConnectionState, RequestHeaders } from '../serving/exchange.ts'
import type { Authenticator } from './contract.ts'

export interface RequestHeaderOptions {
  /** SHA-256 of the CAs' DER that front proxies' certificates come from, in base64 (`certificateIds`); another set when they change. */
  readonly roots: () => ReadonlySet<string>
  /** Common names that are believed; empty: all. */
  readonly allowedNames: readonly string[]
  /** In the order in which they are asked, in any case. */
  readonly usernameHeaders: readonly string[]
  readonly uidHeaders: readonly string[]
  readonly groupHeaders: readonly string[]
  readonly extraHeaderPrefixes: readonly string[]
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----/g

/** The certificates of a PEM file. Throws an Error for one that cannot be read. */
export const certificatesIn = (pem: string): X509Certificate[] => (pem.match(CERTIFICATE) ?? []).map((one) => new X509Certificate(one))

/** SHA-256 of the DER of each certificate in a PEM file, in base64: what `ConnectionState.peerIssuers` says of a connection. */
export const certificateIds = (pem: string): ReadonlySet<string> =>
  new Set(certificatesIn(pem).map((one) => hash('sha256', one.raw, 'base64')))

/** Whether the connection's certificate comes from one of these. */
export const isOf = ({ peerIssuers }: ConnectionState, roots: ReadonlySet<string>): boolean =>
  [...(peerIssuers?.() ?? [])].some((id) => roots.has(id))

const memo = Symbol('whether a connection is a front proxy’s')
const lower = (names: readonly string[]): readonly string[] => names.map((name) => name.toLowerCase())

/**
 * A proxy that has logged its users in itself says in headers who they are (apiserver `request/headerrequest`). It shows a certificate of a CA
 * of its own: from anybody else the headers mean nothing.
 */
export function requestHeaderAuthenticator(o: RequestHeaderOptions): Authenticator {
  const [names, uids, groups, prefixes] = [o.usernameHeaders, o.uidHeaders, o.groupHeaders, o.extraHeaderPrefixes].map(lower) as [
    readonly string[],
    readonly string[],
    readonly string[],
    readonly string[],
  ]
  return {
    authenticate({ headers, connection }) {
      if (connection.peerCertificate === undefined) return undefined
      const roots = o.roots()
      let refused = connection.memo.get(memo) as { why: string | undefined; roots: ReadonlySet<string> } | undefined
      if (refused?.roots !== roots) connection.memo.set(memo, (refused = { why: refusalOf(connection, roots, o.allowedNames), roots }))
      if (refused.why !== undefined) return { invalid: refused.why }
      const name = first(headers, names)
      if (name === '') return undefined
      const uid = first(headers, uids)
      const extra = extraOf(headers, prefixes)
      return {
        user: {
          name,
          groups: groups.flatMap((group) => valuesOf(headers, group).filter((value) => value !== '')),
          ...(uid === '' ? {} : { uid }),
          ...(extra === undefined ? {} : { extra }),
        },
      }
    },
  }
}

function refusalOf(connection: ConnectionState, roots: ReadonlySet<string>, allowedNames: readonly string[]): string | undefined {
  if (!isOf(connection, roots)) return 'x509: certificate signed by unknown authority'
  if (allowedNames.length === 0) return undefined
  let commonName: string
  try {
    ;({ commonName } = subjectOf(connection.peerCertificate!))
  } catch {
    return 'x509: malformed certificate'
  }
  return allowedNames.includes(commonName) ? undefined : `x509: subject with cn=${commonName} is not in the allowed list`
}

const valuesOf = (headers: RequestHeaders, name: string): readonly string[] => {
  const value = headers[name]
  return value === undefined ? [] : separateIdentity(fromHeader(value))
}

/** Of the first header that says anything, its first value. */
function first(headers: RequestHeaders, names: readonly string[]): string {
  for (const name of names) {
    const [value = ''] = valuesOf(headers, name)
    if (value !== '') return value
  }
  return ''
}

function extraOf(headers: RequestHeaders, prefixes: readonly string[]): Record<string, string[]> | undefined {
  const extra = new Map<string, string[]>()
  for (const prefix of prefixes) {
    for (const name in headers) {
      if (!name.startsWith(prefix)) continue
      const key = unescapedKey(name.slice(prefix.length))
      extra.set(key, [...(extra.get(key) ?? []), ...valuesOf(headers, name)])
    }
  }
  return extra.size === 0 ? undefined : Object.fromEntries(extra)
}
