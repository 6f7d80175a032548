import type { Toleration } from '../apis/core/v1/types.ts'

const isEqual = (a: Toleration, b: Toleration): boolean => matches(a, b) && a.tolerationSeconds === b.tolerationSeconds

/** The same taints, whatever the time (core Toleration.MatchToleration). */
export const matches = (a: Toleration, b: Toleration): boolean =>
  (a.key ?? '') === (b.key ?? '') &&
  (a.effect ?? '') === (b.effect ?? '') &&
  (a.operator ?? '') === (b.operator ?? '') &&
  (a.value ?? '') === (b.value ?? '')

/** Both lists as one, without those that another covers (pkg/util/tolerations). Quadratic: the caller's lists are a pod's and a class's. */
export function mergeTolerations(first: readonly Toleration[], second: readonly Toleration[]): Toleration[] {
  const all = [...first, ...second]
  const merged: Toleration[] = []
  all.forEach((t, i) => {
    if (merged.some((other) => covers(other, t))) return
    // Of equal ones the first stays.
    for (let k = i + 1; k < all.length; k++) if (!isEqual(t, all[k]!) && covers(all[k]!, t)) return
    merged.push(t)
  })
  return merged
}

function covers(wide: Toleration, t: Toleration): boolean {
  if (isEqual(wide, t)) return true
  const [key, effect] = [wide.key ?? '', wide.effect ?? '']
  if ((t.key ?? '') !== key && (key !== '' || wide.operator !== 'Exists')) return false
  if ((t.effect ?? '') !== effect && effect !== '') return false
  if (effect === 'NoExecute' && wide.tolerationSeconds != null) {
    if (t.tolerationSeconds == null || t.tolerationSeconds > wide.tolerationSeconds) return false
  }
  if (wide.operator === 'Exists') return true
  return (wide.operator ?? 'Equal') === 'Equal' && t.operator === 'Equal' && (t.value ?? '') === (wide.value ?? '')
}
