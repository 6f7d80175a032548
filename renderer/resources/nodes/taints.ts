import type { Node } from './types.ts'

export interface Taint {
  key: string
  value?: string
  effect: string
  timeAdded?: string
}

export const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'] as const

/** `key=value:effect`, as kubectl writes it. */
export const taintText = ({ key, value, effect }: Taint): string => `${key}${value ? `=${value}` : ''}:${effect}`

/** What is wished of the taints of some nodes. A taint is the one of its key and effect. */
export interface TaintWish {
  removed: readonly string[]
  added: readonly { key: string; value: string; effect: string }[]
}

export const noTaints: TaintWish = { removed: [], added: [{ key: '', value: '', effect: 'NoSchedule' }] }

const identity = ({ key, effect }: Taint): string => `${key}:${effect}`

/** The taints that a node would have; undefined when nothing would be another. Those that stay keep their place and time. */
export function taintsAfter(node: Node, { removed, added }: TaintWish): Taint[] | undefined {
  const has = node.spec?.taints ?? []
  const wanted = added
    .filter(({ key }) => key.trim() !== '')
    .map(({ key, value, effect }): Taint => ({ key: key.trim(), ...(value.trim() ? { value: value.trim() } : {}), effect }))
  const fresh = wanted.filter((taint) => !has.some((old) => identity(old) === identity(taint) && (old.value ?? '') === (taint.value ?? '')))
  const kept = has.filter((old) => !removed.includes(taintText(old)) && !fresh.some((taint) => identity(taint) === identity(old)))
  return kept.length === has.length && fresh.length === 0 ? undefined : [...kept, ...fresh]
}
