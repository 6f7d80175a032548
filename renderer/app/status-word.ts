import { useMemo } from 'react'
import { going } from '../kube/going.ts'
import type { FeedSource } from '../kube/protocol.ts'
import type { KubeObject, StatusWord } from '../kube/types.ts'
import { useSummary } from '../queries/hub.ts'
import { pageOf } from '../resources/pages.tsx'

/** The word that an object's state is told in, by its kind's page; undefined for kinds that have none. */
function statusWord(key: string, object: KubeObject): StatusWord | undefined {
  const page = pageOf(key)
  const leaving = going(object.metadata)
  return page.view ? (page.view.status(object) ?? leaving) : (leaving ?? page.status?.(object))
}

/** The same, and where another collection has to do with it, what that one says. `source` names the one object. */
export function useStatusWord(key: string, source: FeedSource | undefined, object: KubeObject | undefined): StatusWord | undefined {
  const own = useMemo(() => object && statusWord(key, object), [key, object])
  const view = pageOf(key).view
  // What a list takes from a Table the whole object has in it.
  const asked = object && view?.beside !== undefined && !view.table
  const told = useSummary<StatusWord | undefined>(asked ? source : undefined, 'word')
  return told?.value ?? own
}
