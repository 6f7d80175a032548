import { actingAs, actingContext, actingIn, actingQuery, baseContext } from '../kube/acting.ts'
import { useCallback, useMemo } from 'react'
import { useLocation, useNavigate } from 'react-router'

/** Where the window is: everything that a URL says. */
export interface Place {
  /** With whom it is used as, if that is somebody else (kube/acting.ts). */
  context: string
  /** Resource key (`pods`, `deployments.apps`); '' for home. */
  resource: string
  /** Namespace filter, '' for all. It stays from kind to kind. */
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

/** `/c/{context}/{resource}/{namespace or _}/{name}?ns=&q=&sort=&tab=&path=&as=` */
export function placeUrl(place: Partial<Place> & { context: string }): string {
  let path = `/c/${encode(baseContext(place.context))}`
  if (place.resource) path += `/${encode(place.resource)}`
  if (place.resource && place.object) path += `/${encode(place.object.namespace || '_')}/${encode(place.object.name)}`
  const query = new URLSearchParams()
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

/** Goes somewhere else from here; what is not named stays, except that a new resource closes the object and clears filter and sort. */
export function useGo(): (change: Partial<Place>, options?: { replace?: boolean }) => void {
  const place = usePlace()
  const navigate = useNavigate()
  return useCallback(
    (change, options) => {
      void navigate(placeUrl(moved(place, change)), options)
    },
    [place, navigate],
  )
}

export function moved(place: Place, change: Partial<Place>): Place {
  const other = change.resource !== undefined && change.resource !== place.resource
  const base: Place = other ? { ...place, filter: '', sort: '', object: undefined, tab: '' } : place
  const elsewhere = other || 'object' in change || 'tab' in change
  return { ...base, ...(elsewhere ? { path: '' } : {}), ...change }
}
