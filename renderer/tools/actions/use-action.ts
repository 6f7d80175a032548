import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { type Change, send } from '../../kube/changes.ts'
import { clusterPath, requestJson } from '../../kube/fetch.ts'
import { eachOf } from '../../kube/parallel.ts'
import type { KubeObject } from '../../kube/types.ts'
import { startTask } from '../../ui/tasks.ts'
import { type ChangeAction, objectPath, type Target } from './action.ts'
import type { ActionRow } from './row.ts'
import { checkRow, type ClusterApi, commitRow, isReady, planRow, readRow } from './engine.ts'

const atOnce = 6
/** What is typed rests this long before the server is asked, ms. */
const restMs = 250

export type Phase = 'reading' | 'planning' | 'running' | 'finished'

const clusterApi = (context: string): ClusterApi => ({
  get: (path, signal) => requestJson<KubeObject>(clusterPath(context, path), signal ? { signal } : {}),
  send: (change: Change, sending) => send(context, change, sending),
})

/** Rows that change many times between two frames are drawn once. */
function useRowsByFrame(initial: () => ActionRow[]) {
  const [rows, show] = useState(initial)
  const latest = useRef(rows)
  const frame = useRef(0)
  const set = useCallback((change: (rows: ActionRow[]) => ActionRow[]) => {
    latest.current = change(latest.current)
    frame.current ||= requestAnimationFrame(() => {
      frame.current = 0
      show(latest.current)
    })
  }, [])
  const setOne = useCallback(
    (index: number, row: ActionRow) =>
      set((before) => {
        const next = [...before]
        next[index] = row
        return next
      }),
    [set],
  )
  useEffect(() => () => cancelAnimationFrame(frame.current), [])
  return { rows, latest, set, setOne }
}

/** Reads the objects, plans, asks for a dry run with each change of what is filled in, and does it when told. */
export function useAction(action: ChangeAction<never>, target: Target, title: string) {
  const { context, resource } = target
  const api = useMemo(() => clusterApi(context), [context])
  const { rows, latest, set, setOne } = useRowsByFrame(() =>
    target.objects.map((ref): ActionRow => ({ ref, state: 'reading', warnings: [], taken: [] })),
  )
  const [phase, setPhase] = useState<Phase>('reading')
  const [value, setValue] = useState<unknown>()
  const [round, setRound] = useState(0)

  useEffect(() => {
    const abort = new AbortController()
    setPhase('reading')
    const read = async (): Promise<void> => {
      const all = latest.current
      await eachOf(
        all,
        atOnce,
        async (row, index) => {
          const next = await readRow(api, row, objectPath(resource, row.ref), abort.signal)
          if (!abort.signal.aborted) setOne(index, next)
        },
        abort.signal,
      )
      if (abort.signal.aborted) return
      setValue((typed: unknown) => typed ?? action.initial?.(objectsOf(latest.current), new Date()))
      setPhase('planning')
    }
    void read()
    return () => abort.abort()
  }, [api, action, resource, latest, setOne, round])

  useEffect(() => {
    if (phase !== 'planning') return undefined
    const abort = new AbortController()
    const now = new Date()
    set((before) => before.map((row) => planRow(action, row, value, { path: objectPath(resource, row.ref), now })))
    const timer = setTimeout(
      () =>
        void eachOf(
          latest.current,
          atOnce,
          async (row, index) => {
            if (row.state !== 'checking') return
            const next = await checkRow(api, row, abort.signal)
            if (!abort.signal.aborted) setOne(index, next)
          },
          abort.signal,
        ),
      action.Form ? restMs : 0,
    )
    return () => {
      clearTimeout(timer)
      abort.abort()
    }
  }, [phase, value, action, api, resource, latest, set, setOne])

  const running = useRef<AbortController>(undefined)
  const apply = useCallback(async () => {
    const abort = new AbortController()
    running.current = abort
    setPhase('running')
    const chosen = latest.current.flatMap((row, index) => (isReady(row) ? [index] : []))
    set((before) => before.map((row) => (isReady(row) ? { ...row, state: 'waiting' } : row)))
    const task = startTask(title, chosen.length)
    await eachOf(
      chosen,
      atOnce,
      async (index) => {
        const row = latest.current[index]!
        setOne(index, { ...row, state: 'running' })
        setOne(index, await commitRow(api, row))
        const failed = chosen.filter((at) => latest.current[at]?.state === 'failed').length
        task.progress(chosen.filter((at) => latest.current[at]?.state === 'done').length + failed, failed)
      },
      abort.signal,
    )
    task.end()
    setPhase('finished')
    return latest.current
  }, [api, latest, set, setOne, title])

  /** Looks at everything anew and keeps what is filled in. */
  const again = useCallback(() => setRound((n) => n + 1), [])
  /** What has not begun is not done; what is on its way goes on. */
  const stop = useCallback(() => running.current?.abort(), [])
  return { rows, phase, value, setValue, apply, stop, again }
}

export const objectsOf = (rows: readonly ActionRow[]): KubeObject[] => rows.flatMap(({ object }) => object ?? [])
