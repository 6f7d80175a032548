import { systemClock, type Clock } from '../machinery/clock.ts'
import { StatusError, type Status, type StatusReason } from '../machinery/status.ts'
import type { Transport, TransportRequest, TransportResponse } from './transport.ts'

export interface RestOptions {
  userAgent: string
  clock?: Clock
  /** How often a request that got 429 or 5xx with Retry-After is sent again; client-go's default is 10. */
  maxRetries?: number
}

/** One request and its answer, with retries and typed errors; everything in this folder goes through it. */
export interface Rest {
  readonly transport: Transport
  readonly userAgent: string
  readonly clock: Clock
  /** Resolves with a 2xx answer only; any other becomes a `StatusError`. */
  send(req: TransportRequest): Promise<TransportResponse>
  /** The body of a 2xx answer as it comes; a `StatusError` otherwise. */
  open(req: TransportRequest): Promise<AsyncIterable<Buffer>>
}

export function createRest(transport: Transport, options: RestOptions): Rest {
  const clock = options.clock ?? systemClock
  const maxRetries = options.maxRetries ?? 10
  const prepare = (req: TransportRequest): TransportRequest => ({
    ...req,
    headers: { accept: 'application/json', 'user-agent': options.userAgent, ...req.headers },
  })

  async function attempt<R extends { status: number; headers: TransportResponse['headers'] }>(
    req: TransportRequest,
    go: (req: TransportRequest) => Promise<R>,
    discard: (res: R) => Promise<Buffer>,
  ): Promise<R> {
    for (let tries = 0; ; tries++) {
      const res = await go(req)
      if (res.status >= 200 && res.status < 300) return res
      const wait = retryAfterMs(res.status, res.headers)
      const body = await discard(res)
      if (wait === undefined || tries >= maxRetries) throw errorOf(res.status, body)
      await delay(clock, wait, req.signal)
    }
  }

  return {
    transport,
    userAgent: options.userAgent,
    clock,
    send: (req) =>
      attempt(
        prepare(req),
        (r) => transport.request(r),
        async (res) => res.body,
      ),
    open: async (req) => {
      const res = await attempt(
        prepare(req),
        (r) => transport.stream(r),
        (stream) => collect(stream.body),
      )
      return res.body
    },
  }
}

/** Milliseconds to wait before another try, or undefined when the answer is final (client-go `rest/with_retry.go`). */
export function retryAfterMs(status: number, headers: TransportResponse['headers']): number | undefined {
  if (status !== 429 && status < 500) return undefined
  const value = headers['retry-after']
  const seconds = Number(Array.isArray(value) ? value[0] : value)
  return value === undefined || !Number.isInteger(seconds) || seconds < 0 ? undefined : seconds * 1000
}

const REASON_BY_CODE: Readonly<Record<number, StatusReason>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Gone',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
}

/** The server's own Status if the body is one; otherwise one made from the code and the text. */
export function errorOf(code: number, body: Buffer): StatusError {
  const status = parseStatus(body)
  if (status !== undefined) return fromStatus(status, code)
  const text = body.toString('utf8').trim().slice(0, 2048)
  return new StatusError(code, REASON_BY_CODE[code] ?? '', text === '' ? `the server answered ${code}` : text)
}

/** A Status that arrived as data (a watch's ERROR event, a failed delete) as the error it stands for. */
export function fromStatus(status: Partial<Status>, fallbackCode = 500): StatusError {
  const code = status.code ?? fallbackCode
  return new StatusError(code, status.reason ?? REASON_BY_CODE[code] ?? '', status.message ?? `status ${code}`, status.details)
}

function parseStatus(body: Buffer): Partial<Status> | undefined {
  if (body.length === 0 || body[0] !== 0x7b) return undefined
  try {
    const value: unknown = JSON.parse(body.toString('utf8'))
    return isRecord(value) && value.kind === 'Status' ? (value as Partial<Status>) : undefined
  } catch {
    return undefined
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
export function delay(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(abortReason(signal))
    const onAbort = (): void => {
      timer.cancel()
      reject(abortReason(signal!))
    }
    const timer = clock.setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

export function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted')
}

async function collect(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Buffer.concat(chunks)
}
