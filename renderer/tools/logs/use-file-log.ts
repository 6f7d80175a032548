import { useCallback, useEffect, useState } from 'react'
import { type ApiError, toApiError } from '../../kube/api-error.ts'
import { type Clock, systemClock } from '../../kube/clock.ts'
import { request } from '../../kube/fetch.ts'
import { LogBuffer } from './log-buffer.ts'
import type { LogStream } from './log-view.tsx'

/** Waits between two looks whether a file has grown, ms. */
const again = 2_000

interface Told {
  version: number
  phase: LogStream['phase']
  error?: ApiError
}

/** Reads a file that is written to, and goes on where it ended while it is followed. `url` is served with ranges, as Go's file server does. */
export function useFileLog(url: string, follow: boolean): LogStream & { reload(): void } {
  const [buffer] = useState(() => new LogBuffer())
  const [state, setState] = useState<Told>({ version: 0, phase: 'reading' })
  const [round, setRound] = useState(0)
  const [file] = useState(() => ({ url: '', round: 0, read: 0 }))
  useEffect(() => {
    const abort = new AbortController()
    let frame = 0
    const tell = (phase: LogStream['phase'], error?: ApiError): void => {
      cancelAnimationFrame(frame)
      frame = requestAnimationFrame(() => setState((s) => ({ version: s.version + 1, phase, error })))
    }
    // To stop following loses nothing of what was read, and going on does not read it again.
    if (file.url !== url || file.round !== round) {
      buffer.clear()
      Object.assign(file, { url, round, read: 0 })
      tell('reading')
    }
    void readFile({
      url,
      from: file.read,
      follow,
      buffer,
      signal: abort.signal,
      tell,
      at: (read) => (file.read = read),
      clock: systemClock,
    })
    return () => {
      abort.abort()
      cancelAnimationFrame(frame)
    }
  }, [url, follow, buffer, round, file])
  return { buffer, ...state, reload: useCallback(() => setRound((r) => r + 1), []) }
}

export interface FileReading {
  url: string
  /** Bytes that have been read already. */
  from: number
  follow: boolean
  buffer: LogBuffer
  signal: AbortSignal
  clock: Clock
  tell(phase: LogStream['phase'], error?: ApiError): void
  /** So many bytes have been read now. */
  at(read: number): void
}

/** Resolves when the file is read and not followed, when it cannot be read, or with the signal. */
export async function readFile(reading: FileReading): Promise<void> {
  const { url, follow, buffer, signal, tell, at, clock } = reading
  let read = reading.from
  while (!signal.aborted) {
    try {
      const response = await request(url, { signal, headers: read > 0 ? { range: `bytes=${read}-` } : {} })
      // The whole file again: it was replaced, or whoever serves it knows no ranges.
      const whole = read > 0 && response.status !== 206
      const text = new TextDecoder()
      if (whole) {
        buffer.clear()
        read = 0
      }
      for await (const bytes of response.body ?? []) {
        if (signal.aborted) return
        read += bytes.length
        at(read)
        buffer.push(text.decode(bytes, { stream: true }))
        tell(follow ? 'following' : 'reading')
      }
    } catch (thrown) {
      if (signal.aborted) return
      const error = toApiError(thrown, `GET ${url}`)
      // 416: nothing beyond what was read. A file that is shorter now was begun anew.
      if (error.code === 416) read = await lengthNow(url, signal, read)
      else if (!follow || read === 0 || (error.code >= 400 && error.code < 500)) return tell('failed', error)
      else tell('following', error)
    }
    if (!follow) {
      buffer.finish()
      return tell('ended')
    }
    tell('following')
    await pause(clock, again, signal)
  }
}

/** 0 when the file is shorter than what was read of it. */
async function lengthNow(url: string, signal: AbortSignal, read: number): Promise<number> {
  const response = await request(url, { method: 'HEAD', signal }).catch(() => undefined)
  const length = Number(response?.headers.get('content-length') ?? read)
  return length < read ? 0 : read
}

function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const cancel = clock.after(ms, resolve)
  signal.addEventListener('abort', () => {
    cancel()
    resolve()
  })
  return promise
}
