import { randomBytes } from 'node:crypto'
import type { Exchange } from '../serving/exchange.ts'

const hex = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, '0'))
const batch = 16 * 256
let pool = Buffer.alloc(0)
let at = 0

/** A random UUID (version 4); randomness is fetched for 256 at a time. */
function newId(): string {
  if (at >= pool.length) {
    pool = randomBytes(batch)
    at = 0
  }
  const p = pool
  const i = at
  at += 16
  return (
    `${hex[p[i]!]!}${hex[p[i + 1]!]!}${hex[p[i + 2]!]!}${hex[p[i + 3]!]!}-${hex[p[i + 4]!]!}${hex[p[i + 5]!]!}-` +
    `${hex[(p[i + 6]! & 0x0f) | 0x40]!}${hex[p[i + 7]!]!}-${hex[(p[i + 8]! & 0x3f) | 0x80]!}${hex[p[i + 9]!]!}-` +
    `${hex[p[i + 10]!]!}${hex[p[i + 11]!]!}${hex[p[i + 12]!]!}${hex[p[i + 13]!]!}${hex[p[i + 14]!]!}${hex[p[i + 15]!]!}`
  )
}

/** The client's own `Audit-Id`, or a new one; sent back with the response. */
export function auditIdOf(exchange: Exchange): string {
  const id = exchange.headers['audit-id'] || newId()
  exchange.setHeader('audit-id', id)
  return id
}
