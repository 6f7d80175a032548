import { isRecord } from '../../kube/types.ts'
import type { DockState, DockTab } from './dock-context.ts'

const empty: DockState = { tabs: [], active: '', open: false }

/** The dock as text kept it; what cannot be read back is left out. */
export function parseDock(text: string | null): DockState {
  let kept: unknown
  try {
    kept = JSON.parse(text ?? 'null')
  } catch {
    return empty
  }
  if (!isRecord(kept) || !Array.isArray(kept.tabs)) return empty
  const tabs = kept.tabs.filter(isTab)
  const active = tabs.find(({ id }) => id === kept.active) ?? tabs.at(-1)
  return active ? { tabs, active: active.id, open: kept.open === true } : empty
}

const isTab = (tab: unknown): tab is DockTab =>
  isRecord(tab) &&
  tab.kind === 'logs' &&
  typeof tab.id === 'string' &&
  typeof tab.title === 'string' &&
  isRecord(tab.target) &&
  ['context', 'namespace', 'title'].every((key) => typeof (tab.target as Record<string, unknown>)[key] === 'string') &&
  ['pod', 'container', 'selector'].every((key) => ['string', 'undefined'].includes(typeof (tab.target as Record<string, unknown>)[key]))
