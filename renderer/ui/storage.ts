import { useCallback, useState } from 'react'

/** A value this browser remembers. A full or forbidden storage is no error: then it is remembered until reload. */
export function useStored<T>(key: string, initial: T): [T, (next: T) => void] {
  const full = `binnacle.${key}`
  const [held, setHeld] = useState(() => ({ key: full, value: read(full, initial) }))
  let current = held
  if (held.key !== full) {
    current = { key: full, value: read(full, initial) }
    setHeld(current)
  }
  const store = useCallback(
    (next: T) => {
      setHeld({ key: full, value: next })
      try {
        localStorage.setItem(full, JSON.stringify(next))
      } catch {
        // Nothing to do: see above.
      }
    },
    [full],
  )
  return [current.value, store]
}

function read<T>(key: string, initial: T): T {
  try {
    const text = localStorage.getItem(key)
    return text === null ? initial : (JSON.parse(text) as T)
  } catch {
    return initial
  }
}
