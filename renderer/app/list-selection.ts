import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { RowRef } from '../kube/protocol.ts'
import type { useView } from '../queries/hub.ts'

const noKeys: ReadonlySet<string> = new Set()

/**
 * The selected rows' keys, of one list only. What the filter hides stays selected and is never acted on: the worker, which knows what is
 * shown, picks what an action takes.
 */
export function useSelection(handle: ReturnType<typeof useView>['handle'], scope: string) {
  const [held, setHeld] = useState({ scope, keys: noKeys })
  const selection = held.scope === scope ? held.keys : noKeys
  const last = useRef(-1)
  useEffect(() => {
    last.current = -1
  }, [scope])
  // Before anything is asked about them: the worker answers in the order it is told.
  useLayoutEffect(() => handle.current?.select(selection), [handle, selection])
  const change = useCallback(
    (next: (keys: ReadonlySet<string>) => ReadonlySet<string>) =>
      setHeld((before) => ({ scope, keys: next(before.scope === scope ? before.keys : noKeys) })),
    [scope],
  )
  const add = useCallback(
    async (from: number, to: number) => {
      const rows = (await handle.current?.pick(from, to)) ?? []
      change((keys) => new Set([...keys, ...rows.map((row) => row.key)]))
    },
    [handle, change],
  )
  const toggle = useCallback(
    (row: RowRef, index: number, range: boolean) => {
      if (range && last.current >= 0) return void add(Math.min(last.current, index), Math.max(last.current, index) + 1)
      last.current = index
      change((keys) => {
        const next = new Set(keys)
        if (!next.delete(row.key)) next.add(row.key)
        return next
      })
    },
    [add, change],
  )
  const clear = useCallback(() => change(() => noKeys), [change])
  const drop = useCallback(
    (gone: readonly string[]) => {
      const left = new Set(gone)
      change((keys) => new Set([...keys].filter((key) => !left.has(key))))
    },
    [change],
  )
  const toggleAll = useCallback(
    (on: boolean, shown: number) => {
      if (on) return void add(0, shown)
      // What is hidden was not seen when the box was unchecked.
      void handle.current?.pickSelected().then((rows) => drop(rows.map((row) => row.key)))
    },
    [add, drop, handle],
  )
  return { selection, toggle, toggleAll, clear, drop }
}
