import type { Upstream } from './contract.ts'
import { GatewayError } from './errors.ts'

/** Whom requests to a cluster are made as, with the cluster's leave (`kubectl --as`, `--as-group`, `--as-uid`). */
export interface ActingAs {
  user: string
  groups: string[]
  uid: string
}

/** Far more than any cluster takes, and all of it in one header each. */
const MAX_LENGTH = 4096

/**
 * A context's name and whom it is used as: `prod?as=jane&as-group=dev`, the values percent-encoded as in a query. Whoever acts as
 * somebody is thereby in another context in every address, list and cache. The name alone acts as nobody. Throws BadRequest.
 */
export function readActing(name: string): { context: string; as: ActingAs } | undefined {
  const at = name.lastIndexOf('?as=')
  if (at < 0) return undefined
  const query = new URLSearchParams(name.slice(at + 1))
  const as = { user: query.get('as') ?? '', groups: query.getAll('as-group'), uid: query.get('as-uid') ?? '' }
  const values = [as.user, ...as.groups, as.uid]
  if (as.user === '' || as.groups.includes('') || name.length > MAX_LENGTH || values.some((value) => /[\x00-\x1f\x7f]/.test(value))) {
    throw new GatewayError('BadRequest', `${JSON.stringify(name.slice(at, at + 200))} does not name somebody to act as`)
  }
  return { context: name.slice(0, at), as }
}

/** Headers carry the bytes of the names, as client-go sends them. */
const bytes = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

function headersOf({ user, groups, uid }: ActingAs): Record<string, string | string[]> {
  return {
    'impersonate-user': bytes(user),
    ...(groups.length > 0 && { 'impersonate-group': groups.map(bytes) }),
    ...(uid !== '' && { 'impersonate-uid': bytes(uid) }),
  }
}

/** The same cluster over the same connections, as somebody else. */
export function actingUpstream(upstream: Upstream, as: ActingAs): Upstream {
  const headers = headersOf(as)
  return {
    server: upstream.server,
    connection: upstream.connection,
    send: (req) => upstream.send({ ...req, headers: { ...req.headers, ...headers } }),
    // Whose connections they are closes them.
    close: async () => undefined,
  }
}

export const isActing = (headers: Record<string, unknown>): boolean => headers['impersonate-user'] !== undefined
