/** core/v1 PodLogOptions, as the kubelet's `/containerLogs` takes them. */
export interface PodLogOptions {
  follow: boolean
  previous: boolean
  timestamps: boolean
  sinceSeconds?: number
  /** Milliseconds since the epoch. */
  sinceTime?: number
  tailLines?: number
  limitBytes?: number
}

export type ParsedLogOptions = { options: PodLogOptions } | { status: 400 | 422; message: string }

// The kubelet's texts, quotes and all.
const UNDECODABLE = { status: 400, message: '{"message": "Unable to decode query."}' } as const
const INVALID = { status: 422, message: '{"message": "Invalid request."}' } as const

/** Go's strconv.ParseBool, where `?follow` alone is true (apimachinery's query conversion: only these are false). */
const boolean = (text: string | null): boolean => text !== null && text !== '0' && text.toLowerCase() !== 'false'

/** Go's strconv.ParseInt of 64 bits; NaN for what it refuses, undefined for an absent or empty one (taken as none). */
function integer(text: string | null): number | undefined {
  if (text === null || text === '') return undefined
  if (!/^[+-]?\d+$/.test(text)) return Number.NaN
  const n = BigInt(text)
  return n > 9223372036854775807n || n < -9223372036854775808n ? Number.NaN : Number(n)
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/

/** Reads a query; texts and codes are the kubelet's (400 undecodable, 422 invalid). `tail` is the old name of tailLines. */
export function parseLogOptions(query: URLSearchParams): ParsedLogOptions {
  const tail = query.get('tail')
  const tailText = tail === null || tail === '' ? query.get('tailLines') : tail === 'all' ? null : tail
  const numbers = {
    sinceSeconds: integer(query.get('sinceSeconds')),
    tailLines: integer(tailText),
    limitBytes: integer(query.get('limitBytes')),
  }
  if (Object.values(numbers).some((n) => Number.isNaN(n))) return UNDECODABLE
  const since = query.get('sinceTime')
  let sinceTime: number | undefined
  if (since !== null && since !== '') {
    sinceTime = RFC3339.test(since) ? Date.parse(since) : Number.NaN
    if (Number.isNaN(sinceTime)) return UNDECODABLE
  }
  const { sinceSeconds, tailLines, limitBytes } = numbers
  if (tailLines !== undefined && tailLines < 0) return INVALID
  if (limitBytes !== undefined && limitBytes < 1) return INVALID
  if (sinceSeconds !== undefined && (sinceSeconds < 1 || sinceTime !== undefined)) return INVALID
  return {
    options: {
      follow: boolean(query.get('follow')),
      previous: boolean(query.get('previous')),
      timestamps: boolean(query.get('timestamps')),
      ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
      ...(sinceTime === undefined ? {} : { sinceTime }),
      ...(tailLines === undefined ? {} : { tailLines }),
      ...(limitBytes === undefined ? {} : { limitBytes }),
    },
  }
}
