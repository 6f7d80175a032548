import { useCallback, useEffect, useRef, useState } from 'react'
import { type ApiError, toApiError } from '../../kube/api-error.ts'
import { request } from '../../kube/fetch.ts'
import { LogBuffer, splitStamp } from './log-buffer.ts'

export interface LogStream {
  buffer: LogBuffer
  /** Grows with each batch of lines. */
  version: number
  phase: 'reading' | 'following' | 'ended' | 'failed'
  error?: ApiError
  reload(): void
}

/** Waits between two readings of a followed log that ended, ms. */
const again = 1_500

/**
 * Reads a log to its end, and goes on where it stopped when it is followed: the container restarted or the connection was lost.
 * `url` must change when anything about the request does; `sinceUrl` gives the request for lines after a kubelet timestamp.
 */
export function useLogStream(url: string, follow: boolean, sinceUrl?: (time: string) => string): LogStream {
  const [buffer] = useState(() => new LogBuffer())
  const [state, setState] = useState<{ version: number; phase: LogStream['phase']; error?: ApiError }>({ version: 0, phase: 'reading' })
  const [round, setRound] = useState(0)
  const since = useRef(sinceUrl)
  since.current = sinceUrl
  useEffect(() => {
    const abort = new AbortController()
    buffer.clear()
    setState((s) => ({ version: s.version + 1, phase: 'reading' }))
    let frame = 0
    const tell = (phase: LogStream['phase'], error?: ApiError): void => {
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(() => setState((s) => ({ version: s.version + 1, phase, error })))
    }
    void readOn({ url, follow, buffer, signal: abort.signal, tell, sinceUrl: (time) => since.current?.(time) })
    return () => {
      abort.abort()
      cancelAnimationFrame(frame)
    }
  }, [url, follow, buffer, round])
  return { buffer, ...state, reload: useCallback(() => setRound((r) => r + 1), []) }
}

interface Reading {
  url: string
  follow: boolean
  buffer: LogBuffer
  signal: AbortSignal
  tell(phase: LogStream['phase'], error?: ApiError): void
  sinceUrl(time: string): string | undefined
}

async function readOn(reading: Reading): Promise<void> {
  const { buffer, signal, tell } = reading
  let { url } = reading
  let last = ''
  while (!signal.aborted) {
    try {
      const response = await request(url, { signal })
      last = await drain(response, reading, last)
      if (signal.aborted) return
    } catch (thrown) {
      if (signal.aborted) return
      const error = toApiError(thrown, `GET ${url}`)
      // Following rides out what passes by itself; a refusal is final.
      if (!reading.follow || !last || (error.code >= 400 && error.code < 500)) return tell('failed', error)
      tell('following', error)
    }
    const next = last ? reading.sinceUrl(last) : undefined
    if (!reading.follow || !next) {
      buffer.end()
      return tell('ended')
    }
    url = next
    await pause(again, signal)
  }
}

async function drain(response: Response, reading: Reading, last: string): Promise<string> {
  if (!response.body) return last
  let newest = last
  // sinceTime has whole seconds: what was read already comes again and is left out.
  let overlap = last !== ''
  for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
    if (reading.signal.aborted) break
    const before = reading.buffer.lines.length + reading.buffer.dropped
    reading.buffer.push(text)
    const added = reading.buffer.lines.length + reading.buffer.dropped - before
    if (overlap && added > 0) overlap = dropSeen(reading.buffer, added, last)
    newest = splitStamp(reading.buffer.lines.at(-1) ?? '').at || newest
    reading.tell(reading.follow ? 'following' : 'reading')
  }
  return newest
}

/** Removes lines not newer than `last` from the end of the buffer; true while all that came was old. */
function dropSeen(buffer: LogBuffer, added: number, last: string): boolean {
  const from = buffer.lines.length - added
  const fresh = buffer.lines.slice(from).filter((line) => splitStamp(line).at > last)
  buffer.lines.length = from
  for (const line of fresh) buffer.lines.push(line)
  return fresh.length === 0
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, ms)
  signal.addEventListener('abort', () => {
    clearTimeout(timer)
    resolve()
  })
  return promise
}
