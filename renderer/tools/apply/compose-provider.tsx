import { Suspense, useCallback, useState } from 'react'
import { ComposeContext } from './compose-context.ts'
import { part } from '../../ui/part.tsx'

const ApplyDialog = part(() => import('./apply-dialog.tsx').then((m) => m.ApplyDialog))

export function ComposeProvider({ children }: { children: React.ReactNode }) {
  const [asked, setAsked] = useState<{ text?: string; id: number }>()
  const compose = useCallback((text?: string) => setAsked((before) => ({ text, id: (before?.id ?? 0) + 1 })), [])
  return (
    <ComposeContext value={compose}>
      {children}
      {asked && (
        <Suspense fallback={null}>
          <ApplyDialog key={asked.id} initial={asked.text} onClose={() => setAsked(undefined)} />
        </Suspense>
      )}
    </ComposeContext>
  )
}
