import { useSyncExternalStore } from 'react'
import type { Tone } from '../../kube/types.ts'

/** An object that the user wants to be told of. */
export interface Pin {
  context: string
  /** Resource key. */
  resource: string
  namespace: string
  name: string
}

export interface Word {
  text: string
  tone: Tone
}

export const pinKey = ({ context, resource, namespace, name }: Pin): string => JSON.stringify([context, resource, namespace, name])

/** Each is a watch of its own. */
export const mostPins = 30
const item = 'binnacle.pins'

/** What is kept, as far as it is pins. */
export function readPins(text: string | null): Pin[] {
  try {
    const value: unknown = JSON.parse(text ?? '[]')
    return Array.isArray(value) ? value.filter(isPin).slice(0, mostPins) : []
  } catch {
    return []
  }
}

function isPin(value: unknown): value is Pin {
  if (typeof value !== 'object' || value === null) return false
  const { context, resource, namespace, name } = value as Record<string, unknown>
  return [context, resource, namespace, name].every((part) => typeof part === 'string') && resource !== '' && name !== ''
}

const listeners = new Set<() => void>()
let text: string | null | undefined
let pins: readonly Pin[] = []

function current(): readonly Pin[] {
  let kept: string | null
  try {
    kept = localStorage.getItem(item)
  } catch {
    return pins
  }
  if (kept !== text) {
    text = kept
    pins = readPins(kept)
  }
  return pins
}

function listen(listener: () => void): () => void {
  listeners.add(listener)
  // Another window has pinned something.
  addEventListener('storage', listener)
  return () => {
    listeners.delete(listener)
    removeEventListener('storage', listener)
  }
}

/** Returns whether there was room for it. */
export function togglePin(pin: Pin): boolean {
  const known = current().filter((each) => pinKey(each) !== pinKey(pin))
  const next = known.length < current().length ? known : [...known, pin]
  if (next.length > mostPins) return false
  try {
    localStorage.setItem(item, JSON.stringify(next))
  } catch {
    // A browser that keeps nothing: it is pinned until the page goes.
    pins = next
  }
  for (const listener of listeners) listener()
  return true
}

export const usePins = (): readonly Pin[] => useSyncExternalStore(listen, current)

const serious = (tone: Tone | undefined): boolean => tone === 'bad' || tone === 'warn'

/**
 * What is told when the word of a pinned object is another one: that it went wrong, that it is well again, that it is gone. Nothing of
 * what it was when the window came to look.
 */
export function changeOf(before: Word | 'gone' | undefined, after: Word | 'gone'): 'gone' | 'worse' | 'well' | undefined {
  if (before === undefined || before === after) return undefined
  if (after === 'gone') return 'gone'
  const was = before === 'gone' ? undefined : before
  if (serious(after.tone)) return was?.text === after.text || (serious(was?.tone) && after.tone !== 'bad') ? undefined : 'worse'
  return after.tone === 'ok' && serious(was?.tone) ? 'well' : undefined
}
