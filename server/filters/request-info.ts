import { parseFieldSelector } from '../machinery/fields.ts'

/** What a request's path, query and method say it is about (apiserver `endpoints/request/requestinfo.go`). */
export interface RequestInfo {
  readonly isResourceRequest: boolean
  /** Decoded path. */
  readonly path: string
  /** get, list, watch, create, update, patch, delete, deletecollection, proxy; the lower-case method for other paths. */
  readonly verb: string
  /** `api` or `apis`. */
  readonly apiPrefix: string
  readonly apiGroup: string
  readonly apiVersion: string
  readonly namespace: string
  readonly resource: string
  readonly subresource: string
  readonly name: string
  /** Path segments from the resource on. */
  readonly parts: readonly string[]
  /** Selectors as the query has them, for list, watch and deletecollection; else empty. */
  readonly fieldSelector: string
  readonly labelSelector: string
}

const verbs: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}
const noParts: readonly string[] = []
// Below a namespace these are its subresources; everything else there is a resource in it.
const namespaceSubresources = new Set(['status', 'finalize'])

/** A path that holds a bad percent-encoding. */
export class BadPathError extends Error {}
/** `/api/v1/watch` and the like, with nothing after the verb. */
export class NoResourceError extends Error {}

/**
 * `path` as sent, `search` without `?`. Throws BadPathError or NoResourceError.
 * The old forms count too: `/api/v1/watch/...`, `/api/v1/proxy/...` (which knows no subresources).
 */
export function parseRequestInfo(method: string, path: string, search: string): RequestInfo {
  const decoded = decodePath(path)
  const parts = split(decoded)
  const prefix = parts[0]
  const at = prefix === 'api' ? 2 : 3
  if ((prefix !== 'api' && prefix !== 'apis') || parts.length <= at) return nonResource(method, decoded, parts)
  const apiGroup = prefix === 'api' ? '' : parts[1]!
  let verb = verbs[method] ?? ''
  let rest = at
  const special = parts[at] === 'watch' || parts[at] === 'proxy'
  if (special) {
    if (parts.length === at + 1) throw new NoResourceError('unable to determine kind and namespace from url')
    verb = parts[at]!
    rest++
  }
  let namespace = ''
  if (parts[rest] === 'namespaces' && parts.length > rest + 1) {
    namespace = parts[rest + 1]!
    if (parts.length > rest + 2 && !namespaceSubresources.has(parts[rest + 2]!)) rest += 2
  }
  let name = parts[rest + 1] ?? ''
  if (name === '' && verb === 'get') {
    verb = isWatch(search) ? 'watch' : 'list'
    name = nameFromSelector(search)
  }
  if (name === '' && verb === 'delete') verb = 'deletecollection'
  const selects = !special && search !== '' && (verb === 'list' || verb === 'watch' || verb === 'deletecollection')
  return {
    isResourceRequest: true,
    path: decoded,
    verb,
    apiPrefix: prefix,
    apiGroup,
    apiVersion: parts[at - 1]!,
    namespace,
    resource: parts[rest]!,
    subresource: verb === 'proxy' ? '' : (parts[rest + 2] ?? ''),
    name,
    parts: parts.slice(rest),
    fieldSelector: selects ? (queryValue(search, 'fieldSelector') ?? '') : '',
    labelSelector: selects ? (queryValue(search, 'labelSelector') ?? '') : '',
  }
}

function nonResource(method: string, path: string, parts: readonly string[]): RequestInfo {
  // Two segments after the prefix are the group's or the version's document; the prefix is known from three on.
  const apiPrefix = parts.length >= 3 && parts[0] === 'apis' ? 'apis' : ''
  return {
    isResourceRequest: false,
    path,
    verb: method.toLowerCase(),
    apiPrefix,
    apiGroup: '',
    apiVersion: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    parts: noParts,
    fieldSelector: '',
    labelSelector: '',
  }
}

function decodePath(path: string): string {
  if (!path.includes('%')) return path
  try {
    return decodeURIComponent(path)
  } catch {
    throw new BadPathError('invalid URL escape')
  }
}

function split(path: string): string[] {
  let start = 0
  let end = path.length
  while (start < end && path.charCodeAt(start) === 47) start++
  while (end > start && path.charCodeAt(end - 1) === 47) end--
  return start === end ? [] : path.slice(start, end).split('/')
}

/** apimachinery's reading of a boolean query value: everything but `0` and `false`, the empty one too, means yes. */
function isWatch(search: string): boolean {
  if (!mayHave(search, 'watch')) return false
  const value = queryValue(search, 'watch')?.toLowerCase()
  return value !== undefined && value !== '0' && value !== 'false'
}

// Numbers among the list options; one that is none keeps all options from being read.
const numeric = ['limit', 'timeoutSeconds'] as const

function nameFromSelector(search: string): string {
  if (!mayHave(search, 'fieldSelector')) return ''
  const selector = queryValue(search, 'fieldSelector') ?? ''
  if (!selector.includes('metadata.name') || numeric.some((n) => !/^([+-]?\d+)?$/.test(queryValue(search, n) ?? ''))) return ''
  let name: string
  try {
    name = parseFieldSelector(selector).requiresExact('metadata.name') ?? ''
  } catch {
    // The handler will answer 400.
    return ''
  }
  return name === '.' || name === '..' || /[/%]/.test(name) ? '' : name
}

/** False only when `key` is certainly absent; cheaper than looking. */
export const mayHave = (search: string, key: string): boolean => search !== '' && (search.includes(key) || search.includes('%'))

/** The first value of a query parameter, decoded; undefined when it is absent. A pair with a bad escape is skipped, as Go does. */
export function queryValue(search: string, key: string): string | undefined {
  for (let at = 0; at <= search.length; ) {
    let end = search.indexOf('&', at)
    if (end < 0) end = search.length
    const equals = search.indexOf('=', at)
    const nameEnd = equals < 0 || equals > end ? end : equals
    if (end > at && sameKey(search.slice(at, nameEnd), key)) {
      const value = decodeComponent(search.slice(Math.min(nameEnd + 1, end), end))
      if (value !== undefined) return value
    }
    at = end + 1
  }
  return undefined
}

const sameKey = (raw: string, key: string): boolean => raw === key || (/[%+]/.test(raw) && decodeComponent(raw) === key)

function decodeComponent(raw: string): string | undefined {
  if (!/[%+]/.test(raw)) return raw
  try {
    return decodeURIComponent(raw.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}

const longRunningSubresources = new Set(['attach', 'exec', 'proxy', 'log', 'portforward'])

/** Requests that may take as long as they like: watches, proxied streams, profiles (kube-apiserver's own list). */
export function isLongRunning(info: RequestInfo): boolean {
  if (info.isResourceRequest) return info.verb === 'watch' || info.verb === 'proxy' || longRunningSubresources.has(info.subresource)
  return info.path.startsWith('/debug/pprof/')
}
