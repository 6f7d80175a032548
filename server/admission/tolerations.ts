import { tolerationIdentity } from '../apis/core/v1/tolerations.ts'
import type { Toleration } from '../apis/core/v1/types.ts'
import type { Int64 } from '../machinery/numbers.ts'

/** Both lists as one, without those that another covers (pkg/util/tolerations). Of equal ones the first stays. */
export function mergeTolerations(first: readonly Toleration[], second: readonly Toleration[]): Toleration[] {
  const all = [...first, ...second].map(known)
  // Upstream compares each with each: with those that stayed before it, and with all that follow.
  const later = new Wides()
  const coveredLater = all.toReversed().map((t) => {
    const covered = later.coverOther(t)
    later.add(t)
    return covered
  })
  coveredLater.reverse()
  const merged = new Wides()
  const equal = new Set<string>()
  return all.flatMap((t, i) => {
    if (equal.has(t.id) || merged.coverOther(t) || coveredLater[i]) return []
    equal.add(t.id)
    merged.add(t)
    return [t.toleration]
  })
}

interface Known {
  readonly toleration: Toleration
  /** The same for equal ones. */
  readonly id: string
  /** For how long; for ever without a time. */
  readonly seconds: Int64
}

const known = (toleration: Toleration): Known => ({
  toleration,
  id: `${tolerationIdentity(toleration)} ${String(toleration.tolerationSeconds)}`,
  seconds: toleration.tolerationSeconds ?? Infinity,
})

/** Tolerations by what they cover: of those that differ in their time alone only the longest two matter. */
class Wides {
  readonly #longest = new Map<string, [Wide, Wide | undefined]>()

  add({ toleration: { key = '', operator, effect = '', value = '' }, id, seconds }: Known): void {
    const of =
      operator === 'Exists' ? placeOf(key, effect) : operator === undefined || operator === 'Equal' ? placeOf(key, effect, value) : ''
    if (of === '') return
    // A time says something of NoExecute only.
    const wide = { id, seconds: effect === 'NoExecute' ? seconds : Infinity }
    const [best, second] = this.#longest.get(of) ?? []
    if (best === undefined) this.#longest.set(of, [wide, undefined])
    else if (best.id === id) return
    else if (wide.seconds > best.seconds) this.#longest.set(of, [wide, best])
    else if (second === undefined || wide.seconds > second.seconds) this.#longest.set(of, [best, wide])
  }

  /** Whether one that is not equal to it covers a toleration. */
  coverOther({ toleration: { key = '', operator, effect = '', value = '' }, id, seconds }: Known): boolean {
    const places: string[] = []
    for (const its of new Set([effect, ''])) {
      for (const of of new Set([key, ''])) places.push(placeOf(of, its))
      if (operator === 'Equal') places.push(placeOf(key, its, value))
    }
    return places.some((place) => this.#longest.get(place)?.some((wide) => wide !== undefined && wide.id !== id && wide.seconds >= seconds))
  }
}

interface Wide {
  readonly id: string
  readonly seconds: Int64
}

/** Without a value: of a toleration of any value. */
const placeOf = (key: string, effect: string, value?: string): string => JSON.stringify([key, effect, value])
