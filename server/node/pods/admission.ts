import {
  addQuantity,
  integerValue,
  milliValue,
  parseQuantity,
  subtractQuantity,
  tryQuantity,
  type Quantity,
} from '../../machinery/quantity.ts'
import type { Node, Pod } from '../types.ts'
import { podRequests } from './resources.ts'

export interface Rejection {
  reason: string
  message: string
}

/** Reasons of the kubelet's predicate handler; any other resource is `OutOf` + its name. */
const OUT_OF: Readonly<Record<string, string>> = {
  pods: 'OutOfpods',
  cpu: 'OutOfcpu',
  memory: 'OutOfmemory',
  'ephemeral-storage': 'OutOfephemeral-storage',
}

const ONE = parseQuantity('1')
const NONE: Quantity = parseQuantity('0')

/** The scheduler's view of an amount: CPU in milli, everything else whole. */
const scaled = (name: string, q: Quantity): bigint => (name === 'cpu' ? milliValue(q) : integerValue(q))

/** Why this node refuses a pod bound to it, beside what those it has taken already request; undefined when it fits. */
export function admit(pod: Pod, used: Readonly<Record<string, Quantity>>, node: Node): Rejection | undefined {
  const allocatable = node.status?.allocatable ?? {}
  for (const [name, amount] of [['pods', ONE] as const, ...Object.entries(podRequests(pod))]) {
    const requested = scaled(name, amount)
    if (requested <= 0n || !(name in allocatable)) continue
    const [inUse, capacity] = [scaled(name, used[name] ?? NONE), scaled(name, tryQuantity(allocatable[name]) ?? NONE)]
    if (requested + inUse <= capacity) continue
    return {
      reason: OUT_OF[name] ?? `OutOf${name}`,
      message: `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${inUse}, capacity: ${capacity}`,
    }
  }
  const labels = node.metadata.labels ?? {}
  for (const [key, value] of Object.entries(pod.spec.nodeSelector ?? {})) {
    if (labels[key] === value) continue
    return { reason: 'NodeAffinity', message: "Predicate NodeAffinity failed: node(s) didn't match Pod's node affinity/selector" }
  }
  return undefined
}

/** The running total of what accepted pods request, so that admitting one does not add up all others. */
export class Usage {
  readonly #byUid = new Map<string, Record<string, Quantity>>()
  readonly #total: Record<string, Quantity> = { pods: NONE }

  get total(): Readonly<Record<string, Quantity>> {
    return this.#total
  }

  add(uid: string, pod: Pod): void {
    if (this.#byUid.has(uid)) return
    const requests = { pods: ONE, ...podRequests(pod) }
    this.#byUid.set(uid, requests)
    for (const [name, amount] of Object.entries(requests)) this.#total[name] = addQuantity(this.#total[name] ?? NONE, amount)
  }

  remove(uid: string): void {
    for (const [name, amount] of Object.entries(this.#byUid.get(uid) ?? {})) {
      this.#total[name] = subtractQuantity(this.#total[name] ?? NONE, amount)
    }
    this.#byUid.delete(uid)
  }
}
