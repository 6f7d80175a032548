import { createContext, useContext } from 'react'
import type { LogTarget } from '../logs/target.ts'
import { targetId } from '../logs/target.ts'

/** A tab that stays while the place above changes. */
export interface DockTab {
  id: string
  title: string
  kind: 'logs'
  target: LogTarget
}

export interface DockState {
  tabs: DockTab[]
  active: string
  open: boolean
}

export interface DockControl extends DockState {
  add(tab: DockTab): void
  remove(id: string): void
  activate(id: string): void
  toggle(open: boolean): void
}

export const DockContext = createContext<DockControl>({
  tabs: [],
  active: '',
  open: false,
  add: () => {},
  remove: () => {},
  activate: () => {},
  toggle: () => {},
})

export const useDock = (): DockControl => useContext(DockContext)

/** The dock's tab for logs; the same logs have one tab. */
export const logsTab = (target: LogTarget): DockTab => ({
  id: targetId(target),
  title: target.container ? `${target.title} · ${target.container}` : target.title,
  kind: 'logs',
  target,
})
