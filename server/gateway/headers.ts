import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http'
import { proxiedHeaders } from './guard.ts'

/** RFC 9110 §7.6.1: these concern one connection, not the message. `connection` names more of them. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-authenticate',
])

/** The browser's own: they would tell the cluster about this session, or claim an identity that only a front proxy may claim. */
const browserOnly = new Set([
  'host',
  'cookie',
  'authorization',
  'proxy-authorization',
  'origin',
  'referer',
  'user-agent',
  'accept-language',
  'expect',
  'forwarded',
  'upgrade-insecure-requests',
  'dnt',
])
// Whom it acts as is in the name of the context, where everybody sees it (acting.ts).
const browserOnlyPrefixes = ['sec-', 'x-remote-', 'x-forwarded-', 'x-binnacle-', 'impersonate-']

/** A cluster must not set state in the browser or loosen the gateway's own rules. */
const clusterOnly = new Set([
  'set-cookie',
  'clear-site-data',
  'strict-transport-security',
  'alt-svc',
  'refresh',
  'service-worker-allowed',
  'content-security-policy-report-only',
  'report-to',
  'reporting-endpoints',
  'nel',
  'origin-agent-cluster',
  ...Object.keys(proxiedHeaders),
])

/** Managed fields name their manager after the first word of this. */
const USER_AGENT = 'binnacle-inspector'

export function requestHeaders(from: IncomingHttpHeaders): Record<string, string | string[]> {
  const named = connectionTokens(from.connection)
  const to: Record<string, string | string[]> = { 'user-agent': USER_AGENT }
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined || hopByHop.has(name) || browserOnly.has(name) || named.has(name)) continue
    if (browserOnlyPrefixes.some((p) => name.startsWith(p))) continue
    to[name] = value
  }
  return to
}

/** `prefix` is `/clusters/{context}`; a redirect within the cluster stays under it. */
export function responseHeaders(
  from: Record<string, string | string[] | undefined>,
  server: URL | undefined,
  prefix: string,
): OutgoingHttpHeaders {
  const named = connectionTokens(from.connection)
  const to: OutgoingHttpHeaders = { ...proxiedHeaders }
  for (const [name, value] of Object.entries(from)) {
    if (value === undefined || hopByHop.has(name) || clusterOnly.has(name) || named.has(name)) continue
    if (name.startsWith('access-control-')) continue
    to[name] = name === 'location' && typeof value === 'string' ? rewriteLocation(value, server, prefix) : value
  }
  return to
}

/** Absolute paths and absolute addresses of the cluster itself move under the prefix; relative ones and other hosts stay as they are. */
export function rewriteLocation(location: string, server: URL | undefined, prefix: string): string {
  const base = server === undefined ? '' : server.pathname.replace(/\/$/, '')
  if (location.startsWith('/') && !location.startsWith('//')) return prefix + withoutBase(location, base)
  if (server === undefined || !URL.canParse(location)) return location
  const url = new URL(location)
  if (url.origin !== server.origin) return location
  return prefix + withoutBase(url.pathname + url.search + url.hash, base)
}

function withoutBase(path: string, base: string): string {
  return base !== '' && path.startsWith(`${base}/`) ? path.slice(base.length) : path
}

function connectionTokens(value: string | string[] | undefined): Set<string> {
  const text = Array.isArray(value) ? value.join(',') : (value ?? '')
  return new Set(
    text
      .toLowerCase()
      .split(',')
      .map((t) => t.trim()),
  )
}
