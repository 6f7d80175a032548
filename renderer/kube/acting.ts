/** The gateway's name for the control plane that this window carries. */
export const localContext = 'local'

/** Whom requests to a cluster are made as (`kubectl --as`, `--as-group`, `--as-uid`). */
export interface ActingAs {
  user: string
  groups: string[]
  uid: string
}

const accountPrefix = 'system:serviceaccount:'

/** The name by which a cluster knows a service account. */
export const accountName = (namespace: string, name: string): string => `${accountPrefix}${namespace}:${name}`

export function readAccountName(user: string): { namespace: string; name: string } | undefined {
  const [namespace = '', name = '', ...more] = user.startsWith(accountPrefix) ? user.slice(accountPrefix.length).split(':') : []
  return namespace && name && more.length === 0 ? { namespace, name } : undefined
}

/**
 * A context as somebody else: a context of its own in every address, list and cache, in the form that the gateway reads
 * (server/gateway/acting.ts): `prod?as=jane&as-group=dev`. Without somebody it is the context itself.
 */
export function actingContext(context: string, as: ActingAs | undefined): string {
  const base = baseContext(context)
  return as === undefined || as.user === '' ? base : `${base}?${actingQuery(as)}`
}

export function actingQuery({ user, groups, uid }: ActingAs): URLSearchParams {
  const query = new URLSearchParams({ as: user })
  for (const group of groups) query.append('as-group', group)
  if (uid) query.set('as-uid', uid)
  return query
}

export function actingIn(query: URLSearchParams): ActingAs | undefined {
  const user = query.get('as') ?? ''
  return user === '' ? undefined : { user, groups: query.getAll('as-group').filter(Boolean), uid: query.get('as-uid') ?? '' }
}

/** Whom a context acts as; undefined for whoever is signed in. */
export function actingAs(context: string): ActingAs | undefined {
  const at = context.lastIndexOf('?as=')
  const as = at < 0 ? undefined : actingIn(new URLSearchParams(context.slice(at + 1)))
  // Of several ways to write one thing only ours is an address.
  return as && context.slice(at + 1) === actingQuery(as).toString() ? as : undefined
}

/** The context itself, as the kubeconfig names it. */
export const baseContext = (context: string): string => (actingAs(context) ? context.slice(0, context.lastIndexOf('?as=')) : context)
