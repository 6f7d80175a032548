import type { Normal } from './normalise.ts'
import type { Step } from './session.ts'

export interface Difference {
  /** `scenario/step` */
  where: string
  request: string
  /** What differs: `status`, `header content-type`, `body.message`. */
  path: string
  reference: string
  ours: string
}

const shown = (v: unknown): string => (v === undefined ? '(nothing)' : JSON.stringify(v))

function* walk(path: string, a: unknown, b: unknown): IterableIterator<{ path: string; reference: string; ours: string }> {
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.max(a.length, b.length); i++) yield* walk(`${path}[${i}]`, a[i], b[i])
    return
  }
  const record = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)
  if (record(a) && record(b)) {
    const before = { length: 0 }
    for (const k of new Set([...Object.keys(a), ...Object.keys(b)])) {
      for (const d of walk(`${path}.${k}`, a[k], b[k])) {
        before.length++
        yield d
      }
    }
    const [ka, kb] = [Object.keys(a).join(), Object.keys(b).join()]
    if (before.length === 0 && ka !== kb) yield { path: `${path} (order of fields)`, reference: ka, ours: kb }
    return
  }
  if (shown(a) !== shown(b)) yield { path, reference: shown(a), ours: shown(b) }
}

function outcome({ status, body }: Normal): string {
  const { message } = (typeof body === 'object' && body !== null ? body : {}) as { message?: unknown }
  return status < 400 || typeof message !== 'string' ? String(status) : `${status} ${message}`
}

function* differences(a: Normal, b: Normal): IterableIterator<{ path: string; reference: string; ours: string }> {
  if (a.status !== b.status) {
    // Where one succeeds and the other does not, nothing else compares.
    yield { path: 'status', reference: outcome(a), ours: outcome(b) }
    return
  }
  for (const h of new Set([...Object.keys(a.headers), ...Object.keys(b.headers)])) {
    if (a.headers[h] !== b.headers[h]) yield { path: `header ${h}`, reference: shown(a.headers[h]), ours: shown(b.headers[h]) }
  }
  yield* walk('body', a.body, b.body)
}

/** Compares the steps of one scenario; both sides have the same steps unless the scenario itself went another way. */
export function compare(scenario: string, reference: readonly Step[], ours: readonly Step[]): Difference[] {
  const out: Difference[] = []
  const mine = new Map(ours.map((s) => [s.label, s]))
  for (const step of reference) {
    const where = `${scenario}/${step.label}`
    const other = mine.get(step.label)
    if (other === undefined) out.push({ where, request: step.request, path: 'step', reference: 'done', ours: '(not reached)' })
    else for (const d of differences(step.normal, other.normal)) out.push({ where, request: step.request, ...d })
  }
  const known = new Set(reference.map((s) => s.label))
  for (const s of ours)
    if (!known.has(s.label))
      out.push({ where: `${scenario}/${s.label}`, request: s.request, path: 'step', reference: '(not reached)', ours: 'done' })
  return out
}
