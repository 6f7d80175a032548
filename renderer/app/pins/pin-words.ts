import { useSyncExternalStore } from 'react'
import { type Pin, pinKey, type Word } from './pins.ts'

/** What `PinWatch` sees of the pinned objects, by `pinKey`. */
const words = new Map<string, Word | 'gone'>()
const listeners = new Set<() => void>()

function listen(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** `undefined`: it is not known, or no longer watched. */
export function setPinWord(key: string, word: Word | 'gone' | undefined): void {
  if (words.get(key) === word) return
  if (word === undefined) words.delete(key)
  else words.set(key, word)
  for (const listener of listeners) listener()
}

/** The word of a pinned object, live; undefined until it is known. */
export function usePinWord(pin: Pin): Word | 'gone' | undefined {
  const key = pinKey(pin)
  return useSyncExternalStore(listen, () => words.get(key))
}
