import type { Node } from '../../nodes/types.ts'
import type { Pod } from '../types.ts'

type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number]
type Comparable = Pick<Taint, 'key' | 'value' | 'effect'>

/** Integers of 64 bits as Kubernetes writes them: no sign before a positive one, no zeros in front. */
const integer = /^(?:0|-?[1-9]\d{0,18})$/
const fits = (text: string): boolean => integer.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text)

/** As core/v1 has it: an empty key or effect matches every one. `Gt` and `Lt` compare the taint's value with the toleration's (KEP-5471). */
const operators: Record<string, (wanted: string, value: string) => boolean> = {
  '': (wanted, value) => wanted === value,
  Equal: (wanted, value) => wanted === value,
  Exists: () => true,
  Gt: (wanted, value) => fits(wanted) && fits(value) && BigInt(value) > BigInt(wanted),
  Lt: (wanted, value) => fits(wanted) && fits(value) && BigInt(value) < BigInt(wanted),
}

export const tolerates = (pod: Pod, taint: Comparable): boolean =>
  (pod.spec?.tolerations ?? []).some(
    ({ key = '', operator = '', value = '', effect = '' }) =>
      (effect === '' || effect === taint.effect) &&
      (key === '' || key === taint.key) &&
      operators[operator]?.(value, taint.value ?? '') === true,
  )

/** The first taint that keeps the pod away. */
export const untolerated = (pod: Pod, { spec }: Node): Taint | undefined =>
  spec?.taints?.find((taint) => (taint.effect === 'NoSchedule' || taint.effect === 'NoExecute') && !tolerates(pod, taint))
