import type { Node, Strings } from '../../client/objects.ts'

/** Stable labels and their older names, which follow them. */
const FOLLOWING = [
  ['kubernetes.io/os', 'beta.kubernetes.io/os'],
  ['kubernetes.io/arch', 'beta.kubernetes.io/arch'],
] as const

/** The older labels that the node lacks or has otherwise; undefined when all is well. */
export function missingLabels(node: Node): Strings | undefined {
  const labels = node.metadata.labels ?? {}
  const wrong = FOLLOWING.flatMap(([stable, old]) => {
    const value = labels[stable]
    return value === undefined || labels[old] === value ? [] : [[old, value] as const]
  })
  return wrong.length === 0 ? undefined : Object.fromEntries(wrong)
}
