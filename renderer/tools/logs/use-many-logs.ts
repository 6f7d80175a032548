import { useEffect, useRef, useState } from 'react'
import { statusError } from '../../kube/api-error.ts'
import { systemClock } from '../../kube/clock.ts'
import { isRecord } from '../../kube/types.ts'
import { LogBuffer } from './log-buffer.ts'
import { logSocket } from './log-socket.ts'
import type { NamedSource } from './log-sources.ts'
import { ManyLogs } from './many-logs.ts'
import type { LogStream } from './log-view.tsx'

/** Reads logs into one buffer as long as the component is there. `scope`: with another one everything is read anew. */
export function useManyLogs(sources: readonly NamedSource[], scope: string): { stream: LogStream; names: string[]; errors: string[] } {
  const [state, setState] = useState<{ buffer: LogBuffer; version: number }>(() => ({ buffer: new LogBuffer(), version: 0 }))
  const logs = useRef<ManyLogs>(undefined)
  const names = useRef<string[]>([])
  const latest = useRef(sources)
  latest.current = sources
  const apply = (): void => {
    logs.current?.set(latest.current)
    for (const { of, name } of latest.current) names.current[logs.current?.numberOf(of) ?? 0] = name
  }
  useEffect(() => {
    const buffer = new LogBuffer()
    names.current = []
    logs.current = new ManyLogs({
      sockets: logSocket(),
      clock: systemClock,
      buffer,
      changed: () => setState((s) => ({ buffer, version: s.version + 1 })),
    })
    setState((s) => ({ buffer, version: s.version + 1 }))
    apply()
    return () => logs.current?.close()
  }, [scope])
  const marks = sources.map(({ id, run, over }) => `${id} ${run} ${over}`).join()
  useEffect(apply, [marks])
  const errors = (logs.current?.errors ?? []).map(({ status, body }) => statusError(isRecord(body) ? body : {}, status, 'GET log').message)
  const over = sources.length > 0 && sources.every((source) => source.over) && logs.current?.begun === true
  return { stream: { ...state, phase: over ? 'ended' : 'following' }, names: names.current, errors }
}
