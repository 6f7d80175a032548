import { GatewayError } from './errors.ts'

/** What follows `/clusters/{context}/`. */
export interface ClusterRoute {
  context: string
  /** As the browser sent it, percent-encoded: `/clusters/a%2Fb`. */
  prefix: string
  /** Begins with `/` and carries the query. */
  path: string
}

/**
 * `/clusters/{context}/<path>?<query>`; undefined for other addresses. Context names contain `/` and `:` in practice (EKS), so the
 * name is one percent-encoded segment. Throws BadRequest for a broken encoding or a path with dot segments.
 */
export function clusterRoute(url: string): ClusterRoute | undefined {
  const m = /^\/clusters\/([^/?#]+)(\/[^#]*)?$/.exec(url)
  if (m === null) return undefined
  const segment = m[1] ?? ''
  const path = m[2] ?? '/'
  return { context: decodeSegment(segment), prefix: `/clusters/${segment}`, path: checkedPath(path) }
}

/**
 * Dot segments could climb out of a cluster's base path (`https://rancher/k8s/clusters/x`) with that cluster's credentials. What
 * stands on the way may decode a path before it resolves them (nginx), take `\` for `/` (IIS) or cut off `;parameters` (Tomcat).
 */
export function checkedPath(path: string): string {
  if (!path.startsWith('/') || path.startsWith('//')) throw new GatewayError('BadRequest', 'the path must begin with one slash')
  if (!/^[\x21-\x7e]+$/.test(path) || path.includes('#')) {
    throw new GatewayError('BadRequest', 'the path must be percent-encoded')
  }
  const query = path.indexOf('?')
  const decoded = (query === -1 ? path : path.slice(0, query)).replace(/%(?:25)*(2e|2f|5c|3b)/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  )
  if (/^[/\\]{2}/.test(decoded)) throw new GatewayError('BadRequest', 'the path must begin with one slash')
  for (const segment of decoded.split(/[/\\]/)) {
    const [plain] = segment.split(';', 1)
    if (plain === '.' || plain === '..') throw new GatewayError('BadRequest', 'the path must not contain "." or ".." segments')
  }
  return path
}

/** A context's name as an address has it. Throws BadRequest. */
export function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new GatewayError('BadRequest', `the context name ${JSON.stringify(segment)} is not a valid percent-encoding`)
  }
}

/** Whether what answers may be a node, a pod or a Service, for which an API server passes on requests; it reads its paths decoded. */
export const mayProxy = (path: string): boolean => /%|\/proxy(?:\/|$)/.test(path.split('?', 1)[0] ?? '')
