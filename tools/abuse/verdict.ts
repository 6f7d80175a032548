/** What one attack did to one server. */
export interface Row {
  attack: string
  answers: Readonly<Record<string, number>>
  /** Worst waits of the second client, in ms, and how many of its requests failed. */
  objectMs: number
  livezMs: number
  failed: number
  /** How late the second client itself was at worst. */
  ownLagMs: number
  /** What the serving thread waited for a processor meanwhile, where that is known. */
  queuedMs: number
  /** Resident memory in MB before, at its peak, and after a pause. Absent for a server whose process is not known. */
  memory?: { before: number; peak: number; after: number }
  alive: boolean
  /** Why the attack did not take place. */
  broken?: string
}

export const WAIT_LIMIT_MS = 250
export const KEPT_LIMIT_MB = 100
/** Waits this near each other are the same: the machine does other things too. */
const SAME_MS = 100

const matching = (row: Row, pattern: RegExp): number =>
  Object.entries(row.answers).reduce((n, [answer, count]) => (pattern.test(answer) ? n + count : n), 0)
const SERVED = /^2\d\d$/
const FAILED = /^500$/
const OPEN = /^open$/
const NO_ANSWER = /^no answer$/

/** MB that are still there after the pause; 0 where it is not known. */
export const keptBy = ({ memory }: Row): number => (memory === undefined ? 0 : memory.after - memory.before)

/** Why a row is marked; empty when it is not. `reference` is the same attack on a server to be at least as good as. */
export function faults(row: Row, reference?: Row): string[] {
  const found: string[] = []
  if (row.broken !== undefined) found.push(`did not take place: ${row.broken}`)
  if (!row.alive) found.push('the server died')
  const wait = Math.max(row.objectMs, row.livezMs)
  if (wait > WAIT_LIMIT_MS) found.push(`others waited ${wait.toFixed(0)} ms`)
  if (row.failed > 0) found.push(`${row.failed} requests of others failed`)
  const known = reference !== undefined && reference.broken === undefined && reference.alive
  const kept = keptBy(row)
  const theirKept = known ? keptBy(reference) : 0
  // An allocator gives little back of what was in use at once, anybody's: more than the reference is too much.
  if (kept > Math.max(KEPT_LIMIT_MB, theirKept))
    found.push(`${kept.toFixed(0)} MB kept${known ? `, at the reference ${theirKept.toFixed(0)}` : ''}`)
  if (!known) return found
  const theirs = Math.max(reference.objectMs, reference.livezMs)
  if (wait <= WAIT_LIMIT_MS && wait > 2 * theirs && wait > theirs + SAME_MS) {
    found.push(`others waited ${wait.toFixed(0)} ms, at the reference ${theirs.toFixed(0)} ms`)
  }
  if (matching(row, FAILED) > 0 && matching(reference, FAILED) === 0) found.push('fails with 500')
  // A reference that did not answer has refused nothing.
  const theyRefuse = matching(reference, SERVED) === 0 && matching(reference, NO_ANSWER) === 0
  if (matching(row, SERVED) > 0 && theyRefuse) found.push('does what the reference refuses')
  if (matching(row, OPEN) > 0 && matching(reference, OPEN) === 0) found.push('connections stay open')
  if (matching(row, NO_ANSWER) > 0 && matching(reference, NO_ANSWER) === 0) found.push('does not answer in time')
  return found
}

/** Of several tries of an attack the one with the fewest faults, and among these the shortest wait: a fault of the server comes back each time. */
export function best(tries: readonly Row[], reference?: Row): Row {
  const rank = (r: Row): [number, number] => [faults(r, reference).length, Math.max(r.objectMs, r.livezMs)]
  return tries.reduce((a, b) => {
    const [[fa, wa], [fb, wb]] = [rank(a), rank(b)]
    return fb < fa || (fb === fa && wb < wa) ? b : a
  })
}
