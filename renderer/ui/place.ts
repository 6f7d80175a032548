import { actingAs, actingContext, actingIn, actingQuery, baseContext } from '../kube/acting.ts'
import { useCallback, useMemo } from 'react'
import { useLocation, useNavigate } from 'react-router'

/** Where the window is: everything that a URL says. */
export interface Place {
  /** With whom it is used as, if that is somebody else (kube/acting.ts). */
  context: string
  /** Other contexts whose objects stand in the same list. What is open is of `context`. */
  beside: readonly string[]
  /** Resource key (`pods`, `deployments.apps`); '' for home. */
  resource: string
  /** Namespace filter: '' for all, or names with commas between (kube/scope.ts). It stays from kind to kind. */
  namespace: string
  filter: string
  /** `column` or `-column`; '' for the kind's own order. */
  sort: string
  object?: { namespace: string; name: string }
  tab: string
  /** Where one is inside the tab: a file of a node's logs. */
  path: string
}

const encode = encodeURIComponent

/** `/c/{context}/{resource}/{namespace or _}/{name}?ns=&q=&sort=&tab=&path=&beside=&as=` */
export function placeUrl(place: Partial<Place> & { context: string }): string {
  let path = `/c/${encode(baseContext(place.context))}`
  if (place.resource) path += `/${encode(place.resource)}`
  if (place.resource && place.object) path += `/${encode(place.object.namespace || '_')}/${encode(place.object.name)}`
  const query = new URLSearchParams()
  for (const context of place.beside ?? []) query.append('beside', context)
  if (place.namespace) query.set('ns', place.namespace)
  if (place.filter) query.set('q', place.filter)
  if (place.sort) query.set('sort', place.sort)
  if (place.object && place.tab) query.set('tab', place.tab)
  if (place.object && place.tab && place.path) query.set('path', place.path)
  const as = actingAs(place.context)
  if (as) for (const [name, value] of actingQuery(as)) query.append(name, value)
  const text = query.toString()
  return text ? `${path}?${text}` : path
}

export function parsePlace(pathname: string, search: string): Place | undefined {
  const parts = pathname.split('/').filter(Boolean)
  if (parts[0] !== 'c' || !parts[1]) return undefined
  const [, context = '', resource = '', namespace = '', name = ''] = parts.map(decode)
  const query = new URLSearchParams(search)
  return {
    context: actingContext(context, actingIn(query)),
    beside: query.getAll('beside').filter(Boolean),
    resource,
    namespace: query.get('ns') ?? '',
    filter: query.get('q') ?? '',
    sort: query.get('sort') ?? '',
    object: name ? { namespace: namespace === '_' ? '' : namespace, name } : undefined,
    tab: query.get('tab') ?? '',
    path: query.get('path') ?? '',
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export function usePlace(): Place {
  const location = useLocation()
  return useMemo(
    () =>
      parsePlace(location.pathname, location.search) ?? {
        context: '',
        beside: [],
        resource: '',
        namespace: '',
        filter: '',
        sort: '',
        tab: '',
        path: '',
      },
    [location.pathname, location.search],
  )
}

/** The place of the address as it is at this moment: what is drawn may be a step behind two quick presses. */
export const placeNow = (): Place | undefined => parsePlace(window.location.pathname, window.location.search)

/** Goes somewhere else from here; what is not named stays, except that a new resource closes the object and clears filter and sort. */
export function useGo(): (change: Partial<Place>, options?: { replace?: boolean }) => void {
  const place = usePlace()
  const navigate = useNavigate()
  return useCallback(
    (change, options) => {
      void navigate(placeUrl(moved(placeNow() ?? place, change)), options)
    },
    [place, navigate],
  )
}

/** Places that are no list of a kind. */
const noLists = new Set(['', 'helm', 'clusters', 'topology', 'loops', 'rights'])

export function moved(place: Place, change: Partial<Place>): Place {
  const other = change.resource !== undefined && change.resource !== place.resource
  const base: Place = other ? { ...place, filter: '', sort: '', object: undefined, tab: '' } : { ...place }
  // Another cluster, or a place that is no list, is looked at by itself.
  const alone = (change.context !== undefined && change.context !== place.context) || (other && noLists.has(change.resource ?? ''))
  if (alone) base.beside = []
  const elsewhere = other || 'object' in change || 'tab' in change
  return { ...base, ...(elsewhere ? { path: '' } : {}), ...change }
}

/** All contexts of a place's list, in one order whichever of them is the open one. */
export const contextsOf = ({ context, beside }: Pick<Place, 'context' | 'beside'>): string[] => [...new Set([context, ...beside])].sort()
