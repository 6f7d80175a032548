import { createContext, useCallback, useContext, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { FeedHub, ViewHandle } from '../kube/hub.ts'
import { inOrder } from '../kube/in-order.ts'
import type { FeedSource, NetState, ObjectData, SummaryData, ViewData, ViewRequest } from '../kube/protocol.ts'
import type { FeedState } from '../kube/reflector.ts'

export const HubContext = createContext<FeedHub | undefined>(undefined)

export function useHub(): FeedHub {
  const hub = useContext(HubContext)
  if (!hub) throw new Error('the feed hub is missing above this component')
  return hub
}

const keyOf = (source: FeedSource | undefined): string => (source ? JSON.stringify(source) : '')

/** The part of a request that scrolling changes. */
export type ViewWindow = Pick<ViewRequest, 'start' | 'end' | 'anchor' | 'hold'>

/**
 * A live window on a list. `request` may be a new object each time: only its content counts. `look` asks for another window than
 * the request's without a render: while rows scroll by, only the answer needs one.
 */
export function useView(request: ViewRequest | undefined): {
  data: ViewData | undefined
  handle: React.RefObject<ViewHandle | undefined>
  look(window: ViewWindow): void
} {
  const hub = useHub()
  const [data, setData] = useState<{ key: string; data: ViewData }>()
  const handle = useRef<ViewHandle>(undefined)
  const latest = useRef(request)
  latest.current = request
  const window = useRef<ViewWindow>(undefined)
  const key = request ? JSON.stringify([request.source, request.beside]) : ''
  const rest = JSON.stringify(request)
  const sent = useRef('')
  const update = useCallback(() => {
    if (!latest.current) return
    const whole = { ...latest.current, ...window.current }
    const text = JSON.stringify(whole)
    if (text === sent.current) return
    sent.current = text
    handle.current?.update(whole)
  }, [])
  useEffect(() => {
    if (key === '' || !latest.current) return undefined
    const whole = { ...latest.current, ...window.current }
    sent.current = JSON.stringify(whole)
    const opened = hub.view(whole, (next) => setData({ key, data: next }))
    handle.current = opened
    return () => {
      handle.current = undefined
      opened.close()
    }
  }, [hub, key])
  useEffect(update, [rest, update])
  const look = useCallback(
    (next: ViewWindow) => {
      window.current = next
      update()
    },
    [update],
  )
  return { data: data?.key === key ? data.data : undefined, handle, look }
}

/** One object, live and whole. */
export function useObject(source: FeedSource | undefined): ObjectData | undefined {
  const hub = useHub()
  const key = keyOf(source)
  const [held, setHeld] = useState<{ key: string; data: ObjectData }>()
  useEffect(() => {
    if (key === '') return undefined
    return hub.object(JSON.parse(key) as FeedSource, (data) => setHeld({ key, data }))
  }, [hub, key])
  return held?.key === key ? held.data : undefined
}

/** A summary by name; its value has the type that name promises in resources/summaries.ts. Equal `of` may be new ones each time. */
export function useSummary<T>(
  source: FeedSource | undefined,
  name: string,
  of?: unknown,
): { state: SummaryData['state']; value: T } | undefined {
  const hub = useHub()
  const key = keyOf(source)
  const about = JSON.stringify(of) ?? ''
  const [held, setHeld] = useState<{ key: string; about: string; data: SummaryData }>()
  useEffect(() => {
    if (key === '') return undefined
    const asked = about === '' ? undefined : (JSON.parse(about) as unknown)
    return hub.summary(JSON.parse(key) as FeedSource, name, (data) => setHeld({ key, about, data }), asked)
  }, [hub, key, name, about])
  return held?.key === key && held.about === about ? { state: held.data.state, value: held.data.value as T } : undefined
}

/** The same summary of several kinds, by resource key; of each what is known so far. Equal `sources` may be new ones each time. */
export function useSummaries<T>(
  sources: Readonly<Record<string, FeedSource>>,
  name: string,
): ReadonlyMap<string, { value: T; state: FeedState }> {
  const hub = useHub()
  const key = JSON.stringify(sources)
  type Known = ReadonlyMap<string, { value: T; state: FeedState }>
  const [held, setHeld] = useState<{ key: string; of: Known }>({ key: '', of: new Map() })
  useEffect(() => {
    const known = new Map<string, { value: T; state: FeedState }>()
    const asked = JSON.parse(key) as Record<string, FeedSource>
    const order = Object.keys(asked)
    const closes = Object.entries(asked).map(([resource, source]) =>
      hub.summary(source, name, ({ value, state }) => {
        known.set(resource, { value: value as T, state })
        setHeld({ key, of: inOrder(order, known) })
      }),
    )
    return () => closes.forEach((close) => close())
  }, [hub, key, name])
  return held.key === key ? held.of : new Map()
}

export function useNet(): NetState {
  const hub = useHub()
  return useSyncExternalStore(
    (listener) => hub.listenNet(listener),
    () => hub.net,
  )
}
