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
  return { context: decode(segment), prefix: `/clusters/${segment}`, path: checkedPath(path) }
}

/** Dot segments could climb out of a cluster's base path (`https://rancher/k8s/clusters/x`) with that cluster's credentials. */
export function checkedPath(path: string): string {
  if (!path.startsWith('/') || path.startsWith('//')) throw new GatewayError('BadRequest', 'the path must begin with one slash')
  if (!/^[\x21-\x7e]+$/.test(path) || path.includes('#')) {
    throw new GatewayError('BadRequest', 'the path must be percent-encoded')
  }
  const query = path.indexOf('?')
  for (const segment of (query === -1 ? path : path.slice(0, query)).split('/')) {
    const plain = segment.replace(/%2e/gi, '.')
    if (plain === '.' || plain === '..') throw new GatewayError('BadRequest', 'the path must not contain "." or ".." segments')
  }
  return path
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new GatewayError('BadRequest', `the context name ${JSON.stringify(segment)} is not a valid percent-encoding`)
  }
}
