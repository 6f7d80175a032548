import type { Family } from './flag.ts'

export interface LimitOptions {
  /** 0 is no limit. */
  maxRequestsInFlight: number
  maxMutatingRequestsInFlight: number
  requestTimeoutMs: number
  /** Watches live at least this many seconds, at most twice as many. */
  minRequestTimeoutSeconds: number
  http2MaxStreamsPerConnection: number
}

export const limits: Family<LimitOptions> = {
  title: 'Limits',
  defaults: {
    maxRequestsInFlight: 400,
    maxMutatingRequestsInFlight: 200,
    requestTimeoutMs: 60_000,
    minRequestTimeoutSeconds: 1800,
    http2MaxStreamsPerConnection: 250,
  },
  flags: {
    'max-requests-inflight': {
      field: 'maxRequestsInFlight',
      type: 'int',
      help: 'Reads answered at the same time; more get 429. 0 is no limit.',
    },
    'max-mutating-requests-inflight': {
      field: 'maxMutatingRequestsInFlight',
      type: 'int',
      help: 'Writes answered at the same time; more get 429. 0 is no limit.',
    },
    'request-timeout': {
      field: 'requestTimeoutMs',
      type: 'duration',
      help: 'Time for a request that is not a watch or a stream; then it gets 504.',
    },
    'min-request-timeout': {
      field: 'minRequestTimeoutSeconds',
      type: 'int',
      help: 'Seconds that a watch may last at least; each gets a random time up to twice this.',
    },
    'http2-max-streams-per-connection': {
      field: 'http2MaxStreamsPerConnection',
      type: 'int',
      help: 'Requests at the same time on one HTTP/2 connection.',
    },
  },
  validate(o) {
    const errors: string[] = []
    if (o.maxRequestsInFlight < 0) errors.push('--max-requests-inflight can not be negative value')
    if (o.maxMutatingRequestsInFlight < 0) errors.push('--max-mutating-requests-inflight can not be negative value')
    if (o.requestTimeoutMs <= 0) errors.push('--request-timeout must be above 0')
    if (o.minRequestTimeoutSeconds < 0) errors.push('--min-request-timeout can not be negative value')
    if (o.http2MaxStreamsPerConnection < 1) errors.push('--http2-max-streams-per-connection must be at least 1')
    return errors
  },
}
