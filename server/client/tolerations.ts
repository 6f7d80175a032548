import type { Taint, Toleration } from './objects.ts'

/** Whether any of the tolerations covers the taint (core/v1 Toleration: an empty key or effect matches every one). */
export function tolerates(tolerations: readonly Toleration[] | undefined, taint: Taint): boolean {
  return (tolerations ?? []).some((t) => covers(t, taint))
}

/** Whether the toleration is one for the taint. */
export function covers(t: Toleration, taint: Taint): boolean {
  if (t.effect !== undefined && t.effect !== '' && t.effect !== taint.effect) return false
  if (t.key !== undefined && t.key !== '' && t.key !== taint.key) return false
  switch (t.operator ?? '') {
    case '':
    case 'Equal':
      return (t.value ?? '') === (taint.value ?? '')
    case 'Exists':
      return true
    default:
      return false
  }
}

/** NoSchedule and NoExecute keep a pod away; PreferNoSchedule only counts against a node. */
export function untolerated(taints: readonly Taint[] | undefined, tolerations: readonly Toleration[] | undefined): Taint | undefined {
  return taints?.find((t) => (t.effect === 'NoSchedule' || t.effect === 'NoExecute') && !tolerates(tolerations, t))
}
