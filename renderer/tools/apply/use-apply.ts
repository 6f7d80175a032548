import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { send } from '../../kube/changes.ts'
import { systemClock } from '../../kube/clock.ts'
import { clusterPath, requestJson } from '../../kube/fetch.ts'
import { eachOf } from '../../kube/parallel.ts'
import type { KubeObject } from '../../kube/types.ts'
import { useResources } from '../../queries/discovery.ts'
import { startTask } from '../../ui/tasks.ts'
import type { ClusterApi } from '../actions/engine.ts'
import { useReading } from '../yaml/use-yaml.ts'
import { type ApplyRow, checkApply, commitApply, isSendable, planRows, undoRows } from './engine.ts'
import { manifestsOf } from './manifest.ts'

const atOnce = 4

const apiOf = (context: string): ClusterApi => ({
  get: (path, signal) => requestJson<KubeObject>(clusterPath(context, path), signal ? { signal } : {}),
  send: (change, sending) => send(context, change, sending),
})

/** The objects of a text: read as one types, tried on the server, applied in their order when told, and taken back. */
export function useApply(context: string, namespace: string, text: string, title: string) {
  const api = useMemo(() => apiOf(context), [context])
  const [phase, setPhase] = useState<'writing' | 'running' | 'finished'>('writing')
  // A run keeps the kinds that it was planned with: one that becomes known meanwhile would plan it anew, and the way back would be lost.
  const known = useResources(context)
  const held = useRef(known)
  if (phase === 'writing') held.current = known
  const all = held.current
  const read = useReading(text)
  const { documents, current } = read
  const manifests = useMemo(() => manifestsOf(documents), [documents])
  const [forced, setForced] = useState<ReadonlySet<string>>(new Set())
  const planned = useMemo(() => planRows(manifests, all, namespace, forced), [manifests, all, namespace, forced])
  const [rows, setRows] = useState<readonly ApplyRow[]>(planned)
  /** The way back, when that is what is shown. */
  const [back, setBack] = useState<readonly ApplyRow[]>()
  const source = back ?? planned
  const [round, setRound] = useState(0)
  const latest = useRef<readonly ApplyRow[]>(rows)
  const set = useCallback((index: number, row: ApplyRow) => {
    latest.current = latest.current.map((old, at) => (at === index ? row : old))
    setRows(latest.current)
  }, [])
  useEffect(() => {
    const abort = new AbortController()
    latest.current = source
    setRows(source)
    setPhase('writing')
    void eachOf(
      source,
      atOnce,
      async (row, index) => {
        const next = await checkApply(api, row, abort.signal)
        if (!abort.signal.aborted) set(index, next)
      },
      abort.signal,
    )
    return () => abort.abort()
  }, [source, api, set, round])
  const run = useCallback(async () => {
    setPhase('running')
    const chosen = latest.current.flatMap((row, index) => (isSendable(row) ? [index] : []))
    const task = startTask(title, chosen.length)
    let failed = 0
    // One after the other: what comes later may rest on what comes first.
    for (const [count, index] of chosen.entries()) {
      const row = latest.current[index]!
      set(index, { ...row, state: 'running' })
      const next = await commitApply(api, systemClock, row)
      if (next.state === 'failed') failed++
      set(index, next)
      task.progress(count + 1, failed)
    }
    task.end()
    setPhase('finished')
  }, [api, set, title])
  const force = useCallback((path: string, on: boolean) => {
    setForced((before) => {
      const next = new Set(before)
      if (on) next.add(path)
      else next.delete(path)
      return next
    })
  }, [])
  const undo = useCallback(() => setBack(undoRows(latest.current)), [])
  const write = useCallback(() => {
    setBack(undefined)
    setPhase('writing')
  }, [])
  /** Asks the server about everything anew: it may have been away, or have what it lacked by now. */
  const again = useCallback(() => setRound((n) => n + 1), [])
  return { rows, phase, current, read, forced, force, run, undo, write, again, undoing: back !== undefined }
}
