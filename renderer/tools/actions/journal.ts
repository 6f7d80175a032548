import { useSyncExternalStore } from 'react'
import { forVersion } from '../../kube/changes.ts'
import type { Step } from './row.ts'
import type { Action, ChangeAction, Target } from './action.ts'

/** Something that was done from this window and can be taken back. */
export interface Done {
  /** As it was called: `Scale: Deployment web`. */
  title: string
  target: Target
  undo: Action
}

let last: Done | undefined
const listeners = new Set<() => void>()

/** The newest replaces what was there: an older one may rest on what has changed since. */
export function remember(done: Done | undefined): void {
  last = done
  for (const listener of listeners) listener()
}

export const useLastDone = (): Done | undefined =>
  useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    () => last,
  )

/** An action that takes another one back, by the objects' uids: it goes the same way, and shows what has become of the object meanwhile. */
export function undoAction(steps: ReadonlyMap<string, Step>): Action {
  const action: ChangeAction<undefined> = {
    id: 'takeBack',
    icon: 'undo',
    offered: () => true,
    bulk: true,
    needs: [],
    plan(object): Step | undefined {
      const step = steps.get(object.metadata.uid ?? '')
      return step && { ...step, change: forVersion(step.change, step.expects, object) }
    },
  }
  return action as Action
}
