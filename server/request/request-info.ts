import { parseFieldSelector } from '../machinery/fields.ts'
import { parseLabelSelector } from '../machinery/labels.ts'
import { isYes, parseGoInt64, parseQuery, type Query } from '../machinery/query.ts'

/** What a request's path, query and method say it is about (apiserver `endpoints/request/requestinfo.go`). */
export interface RequestInfo {
  readonly isResourceRequest: boolean
  /** Decoded path. */
  readonly path: string
  /** The query, read once: every filter and handler takes it from here. */
  readonly query: Query
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

const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  GET: 'get',
  HEAD: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
}
/** The verb of a method on one object; empty for a method that has none. */
export const verbOf = (method: string): string => VERBS[method] ?? ''
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
  const query = parseQuery(search)
  const parts = split(decoded)
  const prefix = parts[0]
  const at = prefix === 'api' ? 2 : 3
  if ((prefix !== 'api' && prefix !== 'apis') || parts.length <= at) return nonResource(method, decoded, query, parts)
  const apiGroup = prefix === 'api' ? '' : parts[1]!
  let verb = verbOf(method)
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
    verb = isYes(query.get('watch')) ? 'watch' : 'list'
    name = nameFromSelector(query)
  }
  if (name === '' && verb === 'delete') verb = 'deletecollection'
  const selects = !special && (verb === 'list' || verb === 'watch' || verb === 'deletecollection')
  return {
    isResourceRequest: true,
    path: decoded,
    query,
    verb,
    apiPrefix: prefix,
    apiGroup,
    apiVersion: parts[at - 1]!,
    namespace,
    resource: parts[rest]!,
    subresource: verb === 'proxy' ? '' : (parts[rest + 2] ?? ''),
    name,
    parts: parts.slice(rest),
    fieldSelector: selects ? (query.get('fieldSelector') ?? '') : '',
    labelSelector: selects ? (query.get('labelSelector') ?? '') : '',
  }
}

function nonResource(method: string, path: string, query: Query, parts: readonly string[]): RequestInfo {
  // Two segments after the prefix are the group's or the version's document; the prefix is known from three on.
  const apiPrefix = parts.length >= 3 && parts[0] === 'apis' ? 'apis' : ''
  return {
    isResourceRequest: false,
    path,
    query,
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

// Numbers among the list options; one that is none keeps all options from being read.
const numeric = ['limit', 'timeoutSeconds'] as const

/** The one object that a field selector names, when the options can be read at all. */
function nameFromSelector(query: Query): string {
  const selector = query.get('fieldSelector')
  if (selector === undefined || !selector.includes('metadata.name') || numeric.some((n) => parseGoInt64(query.get(n) ?? '0') === undefined))
    return ''
  let name: string
  try {
    parseLabelSelector(query.get('labelSelector') ?? '')
    name = parseFieldSelector(selector).requiresExact('metadata.name') ?? ''
  } catch {
    // The handler will answer 400.
    return ''
  }
  return name === '.' || name === '..' || /[/%]/.test(name) ? '' : name
}

const longRunningSubresources = new Set(['attach', 'exec', 'proxy', 'log', 'portforward'])

/** Requests that may take as long as they like: watches, proxied streams, profiles (kube-apiserver's own list). */
export function isLongRunning(info: RequestInfo): boolean {
  if (info.isResourceRequest) return info.verb === 'watch' || info.verb === 'proxy' || longRunningSubresources.has(info.subresource)
  return info.path.startsWith('/debug/pprof/')
}
