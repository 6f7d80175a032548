/** What a page says at one moment: each field or series under its name. Numbers stay texts, so that large ones are shown as they were. */
export type Reading = ReadonlyMap<string, string>

export interface Change {
  key: string
  /** Absent for what was added. */
  before?: string
  /** Absent for what is gone. */
  after?: string
  state: 'added' | 'gone' | 'changed'
  /** After less before, of numbers. */
  delta?: number
}

/** What differs between two readings, in the order of the later one, what is gone last; and how many fields are the same in both. */
export function compareReadings(before: Reading, after: Reading): { changes: Change[]; same: number } {
  const changes: Change[] = []
  let same = 0
  for (const [key, now] of after) {
    const then = before.get(key)
    if (then === now) same++
    else if (then === undefined) changes.push({ key, after: now, state: 'added' })
    else changes.push({ key, before: then, after: now, state: 'changed', delta: difference(then, now) })
  }
  for (const [key, then] of before) if (!after.has(key)) changes.push({ key, before: then, state: 'gone' })
  return { changes, same }
}

const whole = /^-?\d+$/

function difference(before: string, after: string): number | undefined {
  if (before === '' || after === '') return undefined
  // Digits that float64 cannot hold would take the difference with them.
  if (whole.test(before) && whole.test(after)) return Number(BigInt(after) - BigInt(before))
  const delta = Number(after) - Number(before)
  return Number.isNaN(delta) ? undefined : delta
}

/**
 * The fields of a JSON value by their paths. Members of a list go by their names where each has its own (`pods[shop/web].memory`), so that one
 * more in the middle moves no others; else by their places.
 */
export function jsonReading(value: unknown): Reading {
  const reading = new Map<string, string>()
  const walk = (at: unknown, path: string): void => {
    if (Array.isArray(at) && at.length > 0) {
      const names = at.map(nameOf)
      const named = names.every((name) => name !== undefined) && new Set(names).size === names.length
      at.forEach((member, index) => walk(member, `${path}[${named ? names[index] : index}]`))
    } else if (typeof at === 'object' && at !== null && Object.keys(at).length > 0) {
      for (const [key, member] of Object.entries(at)) walk(member, path === '' ? key : `${path}.${key}`)
    } else reading.set(path, typeof at === 'string' ? at : JSON.stringify(at))
  }
  walk(value, '')
  return reading
}

interface Named {
  name?: unknown
  metadata?: { namespace?: unknown; name?: unknown }
  /** As the kubelet's summary names a pod. */
  podRef?: { namespace?: unknown; name?: unknown }
}

function nameOf(member: unknown): string | undefined {
  if (typeof member !== 'object' || member === null) return undefined
  const { name, metadata, podRef } = member as Named
  const ref = podRef ?? metadata
  if (typeof ref?.name === 'string') return typeof ref.namespace === 'string' ? `${ref.namespace}/${ref.name}` : ref.name
  return typeof name === 'string' ? name : undefined
}
