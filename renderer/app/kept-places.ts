import { useSyncExternalStore } from 'react'
import { contextsOf, type Place } from '../ui/place.ts'

/** A place that somebody keeps: a list with its filter and order, or an object. */
export type KeptPlace = Pick<Place, 'context' | 'resource' | 'namespace' | 'filter' | 'sort' | 'object'> & Partial<Pick<Place, 'beside'>>

/** As many objects as one goes back to. */
const mostRecent = 8

/** Whether two places are the same to who keeps them. */
export const samePlace = (a: KeptPlace, b: KeptPlace): boolean => keyOf(a) === keyOf(b)

export const keyOf = ({ context, beside = [], resource, namespace, filter, sort, object }: KeptPlace): string =>
  // Beside an object the list's own filter is not what is kept.
  JSON.stringify(
    object ? [context, resource, object.namespace, object.name] : [...contextsOf({ context, beside }), resource, namespace, filter, sort],
  )

/** What is kept of a place: of one with an open object the object alone. */
export const placeToKeep = ({ context, beside, resource, namespace, filter, sort, object }: Place): KeptPlace =>
  object
    ? { context, resource, namespace, filter: '', sort: '', object }
    : { context, ...(beside.length > 0 ? { beside } : {}), resource, namespace, filter, sort }

export const withRecent = (recent: readonly KeptPlace[], place: KeptPlace): KeptPlace[] =>
  [place, ...recent.filter((other) => !samePlace(other, place))].slice(0, mostRecent)

export const toggled = (places: readonly KeptPlace[], place: KeptPlace): KeptPlace[] =>
  places.some((other) => samePlace(other, place)) ? places.filter((other) => !samePlace(other, place)) : [...places, place]

/** One list that this browser keeps, the same to every part of the window. */
export class KeptPlaces {
  readonly #key: string
  readonly #listeners = new Set<() => void>()
  #places: readonly KeptPlace[]

  constructor(key: string) {
    this.#key = key
    this.#places = this.#read()
  }

  get = (): readonly KeptPlace[] => this.#places

  listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  change(next: (places: readonly KeptPlace[]) => readonly KeptPlace[]): void {
    this.#places = next(this.#places)
    try {
      localStorage.setItem(this.#key, JSON.stringify(this.#places))
    } catch {
      // A full or forbidden storage: then it is kept until reload.
    }
    for (const listener of this.#listeners) listener()
  }

  #read(): readonly KeptPlace[] {
    try {
      const kept: unknown = JSON.parse(localStorage.getItem(this.#key) ?? '[]')
      return Array.isArray(kept)
        ? (kept as KeptPlace[]).filter((place) => typeof place?.context === 'string' && typeof place.resource === 'string')
        : []
    } catch {
      return []
    }
  }
}

export const savedViews = new KeptPlaces('binnacle.views')
export const recents = new KeptPlaces('binnacle.recent')

export const useKept = (kept: KeptPlaces): readonly KeptPlace[] => useSyncExternalStore(kept.listen, kept.get)
