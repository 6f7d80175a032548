import { Suspense, useCallback, useState } from 'react'
import { useGo } from '../../ui/place.ts'
import { ActContext } from './act-context.ts'
import type { Action, Target } from './action.ts'
import { part } from '../../ui/part.tsx'

const ChangeDialog = part(() => import('./change-dialog.tsx').then((m) => m.ChangeDialog))

/** Holds the one action that is under way. */
export function ActProvider({ children }: { children: React.ReactNode }) {
  const go = useGo()
  const [asked, setAsked] = useState<{ action: Action; target: Target; id: number }>()
  const act = useCallback(
    (action: Action, target: Target) => {
      if ('to' in action) go(action.to(target))
      else setAsked((before) => ({ action, target, id: (before?.id ?? 0) + 1 }))
    },
    [go],
  )
  const close = useCallback(() => setAsked(undefined), [])
  return (
    <ActContext value={act}>
      {children}
      {asked && (
        <Suspense fallback={null}>
          {'Dialog' in asked.action ? (
            <asked.action.Dialog key={asked.id} target={asked.target} onClose={close} />
          ) : 'plan' in asked.action ? (
            <ChangeDialog key={asked.id} action={asked.action} target={asked.target} onClose={close} />
          ) : null}
        </Suspense>
      )}
    </ActContext>
  )
}
