import { useEffect, useMemo, useState } from 'react'
import { DockContext, type DockState } from './dock-context.ts'
import { parseDock } from './kept-dock.ts'

const item = 'binnacle.dock'

/** Of this window alone, and until it is closed. */
function kept(): DockState {
  try {
    return parseDock(sessionStorage.getItem(item))
  } catch {
    return parseDock(null)
  }
}

/** Holds the dock's tabs above every place, so that they survive navigation; they survive a reload as well. */
export function DockProvider({ children }: { children: React.ReactNode }) {
  const [state, setState] = useState<DockState>(kept)
  useEffect(() => {
    try {
      sessionStorage.setItem(item, JSON.stringify(state))
    } catch {
      // A full or forbidden storage: then they are there until a reload.
    }
  }, [state])
  const control = useMemo(
    () => ({
      ...state,
      add: (tab: DockState['tabs'][number]) =>
        setState((s) => ({ tabs: s.tabs.some((known) => known.id === tab.id) ? s.tabs : [...s.tabs, tab], active: tab.id, open: true })),
      remove: (id: string) =>
        setState((s) => {
          const tabs = s.tabs.filter((tab) => tab.id !== id)
          return { tabs, active: s.active === id ? (tabs.at(-1)?.id ?? '') : s.active, open: s.open && tabs.length > 0 }
        }),
      activate: (id: string) => setState((s) => ({ ...s, active: id, open: true })),
      toggle: (open: boolean) => setState((s) => ({ ...s, open })),
    }),
    [state],
  )
  return <DockContext value={control}>{children}</DockContext>
}
