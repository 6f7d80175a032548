import { createContext, useContext } from 'react'
import type { GroupLogTarget } from '../logs/group-logs.tsx'
import type { PodLogTarget } from '../logs/pod-logs.tsx'

export type DockTab = { id: string; title: string } & ({ kind: 'logs'; target: PodLogTarget } | { kind: 'group'; target: GroupLogTarget })

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

/** The dock's tab for the logs of one container; the same container has one tab. */
export const logsTab = (target: PodLogTarget): DockTab => ({
  id: ['logs', target.context, target.namespace, target.pod, target.container].join('|'),
  title: `${target.pod}${target.container ? ` · ${target.container}` : ''}`,
  kind: 'logs',
  target,
})

/** The dock's tab for the logs of many pods. */
export const groupTab = (target: GroupLogTarget): DockTab => ({
  id: ['group', target.context, target.namespace, target.selector].join('|'),
  title: target.title,
  kind: 'group',
  target,
})
