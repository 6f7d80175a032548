import { useSyncExternalStore } from 'react'

/** Something that was read once and is kept to be compared with what is read later. */
export interface Capture<T> {
  id: number
  /** Which one of its subject it is, from 1: two may be taken in one second. */
  number: number
  /** When it was taken, ms since the epoch. */
  at: number
  content: T
}

/** Captures kept of one subject; profiles of a busy process take megabytes each. */
const mostOfOne = 8
/** Captures kept of all subjects together. */
const mostOfAll = 32

/**
 * Captures outlive the panel that took them: going to another tab and back keeps them. A subject is what was read, of which node, in which
 * cluster. The oldest go first, of the subject and then of all.
 */
export class Shelf<T> {
  #captures: readonly (Capture<T> & { subject: string })[] = []
  #nextId = 1
  readonly #counts = new Map<string, number>()
  /** Lists handed out, so that a subject whose captures are the same has the same list. */
  readonly #lists = new Map<string, readonly Capture<T>[]>()
  readonly #listeners = new Set<() => void>()

  /** A reading that is here already, by its time, is not kept twice. */
  add(subject: string, at: number, content: T): Capture<T> {
    const known = this.#captures.find((capture) => capture.subject === subject && capture.at === at)
    if (known) return known
    const number = (this.#counts.get(subject) ?? 0) + 1
    this.#counts.set(subject, number)
    const added = { id: this.#nextId++, number, subject, at, content }
    const others = this.#captures.filter((capture) => capture.subject === subject).slice(1 - mostOfOne)
    const kept = [...this.#captures.filter((capture) => capture.subject !== subject || others.includes(capture)), added]
    this.#captures = kept.slice(-mostOfAll)
    this.#lists.clear()
    for (const listener of this.#listeners) listener()
    return added
  }

  /** Those of a subject, the oldest first. */
  list(subject: string): readonly Capture<T>[] {
    let list = this.#lists.get(subject)
    if (!list) this.#lists.set(subject, (list = this.#captures.filter((capture) => capture.subject === subject)))
    return list
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

export const useShelf = <T>(shelf: Shelf<T>, subject: string): readonly Capture<T>[] =>
  useSyncExternalStore(shelf.subscribe, () => shelf.list(subject))
