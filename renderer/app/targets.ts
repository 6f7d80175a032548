import { createContext, use, useEffect, useRef } from 'react'
import { clusterPath, requestJson } from '../kube/fetch.ts'
import type { KubeObject } from '../kube/types.ts'
import { actionsOf } from '../resources/actions.ts'
import { type Action, objectPath, offeredFor, type Target } from '../tools/actions/action.ts'

/** What an action that is called for now would be done to. */
export interface Located {
  target: Target
  /** The object, where there is one and it is at hand. */
  object?: KubeObject
  /** Rows that were chosen one by one come before whatever is open. */
  chosen?: boolean
}

type Source = () => Promise<Located | undefined> | Located | undefined
interface Sources {
  list?: Source
  details?: Source
}

export const TargetsContext = createContext<{ current: Sources }>({ current: {} })

/** Says what this part of the window is about, for as long as it is there. */
export function useTargetSource(part: keyof Sources, source: Source): void {
  const sources = use(TargetsContext)
  const latest = useRef(source)
  latest.current = source
  useEffect(() => {
    const own: Source = () => latest.current()
    sources.current[part] = own
    return () => {
      if (sources.current[part] === own) delete sources.current[part]
    }
  }, [sources, part])
}

/** Chosen rows, else the object that is open, else the row under the cursor; from within the list its row comes before what is open. */
export function useCurrentTarget(): (inList: boolean) => Promise<Located | undefined> {
  const sources = use(TargetsContext)
  return async (inList) => {
    const list = await sources.current.list?.()
    if (list?.chosen || (list && inList)) return list
    return (await sources.current.details?.()) ?? list
  }
}

/** Of two actions with one key (pause, resume) the one that makes sense: the object says which. */
export async function actionForKey(key: string, { target, object }: Located): Promise<Action | undefined> {
  const [name] = target.objects
  const named = offeredFor(actionsOf(target.resource), target, object).filter((action) => action.key === key)
  if (named.length < 2 || object || !name || target.objects.length > 1) return named[0]
  const path = clusterPath(target.context, objectPath(target.resource, name))
  const found = await requestJson<KubeObject>(path).catch(() => undefined)
  return named.find((action) => found === undefined || (action.applies?.(found) ?? true)) ?? named[0]
}
