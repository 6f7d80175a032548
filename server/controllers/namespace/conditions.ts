import type { Condition } from '../../client/objects.ts'

/** What a round of deleting a namespace's content came to. */
export interface DeletionOutcome {
  discoveryFailures: ReadonlyMap<string, string>
  errors: readonly string[]
  /** `pods.` or `deployments.apps`, to how many are left. */
  remaining: ReadonlyMap<string, number>
  /** Finalizer to how many objects carry it. */
  finalizers: ReadonlyMap<string, number>
}

interface ConditionRule {
  type: string
  ok: { reason: string; message: string }
  /** undefined: all is well. */
  trouble(o: DeletionOutcome): { reason: string; message: string } | undefined
}

const counted = (counts: ReadonlyMap<string, number>, say: (name: string, n: number) => string): string =>
  [...counts]
    .map(([name, n]) => say(name, n))
    .sort()
    .join(', ')

// Types, reasons and messages are what `kubectl describe namespace` and its readers know from upstream.
const RULES: readonly ConditionRule[] = [
  {
    type: 'NamespaceDeletionDiscoveryFailure',
    ok: { reason: 'ResourcesDiscovered', message: 'All resources successfully discovered' },
    trouble({ discoveryFailures: f }) {
      if (f.size === 0) return undefined
      const each = [...f]
        .map(([gv, why]) => `${gv}: ${why}`)
        .sort()
        .join(', ')
      const message = `Discovery failed for some groups, ${f.size} failing: unable to retrieve the complete list of server APIs: ${each}`
      return { reason: 'DiscoveryFailed', message }
    },
  },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    ok: { reason: 'ParsedGroupVersions', message: 'All legacy kube types successfully parsed' },
    trouble: () => undefined,
  },
  {
    type: 'NamespaceDeletionContentFailure',
    ok: { reason: 'ContentDeleted', message: 'All content successfully deleted, may be waiting on finalization' },
    trouble({ errors }) {
      if (errors.length === 0) return undefined
      const message = `Failed to delete all resource types, ${errors.length} remaining: ${[...errors].sort().join(', ')}`
      return { reason: 'ContentDeletionFailed', message }
    },
  },
  {
    type: 'NamespaceContentRemaining',
    ok: { reason: 'ContentRemoved', message: 'All content successfully removed' },
    trouble({ remaining }) {
      if (remaining.size === 0) return undefined
      const message = `Some resources are remaining: ${counted(remaining, (r, n) => `${r} has ${n} resource instances`)}`
      return { reason: 'SomeResourcesRemain', message }
    },
  },
  {
    type: 'NamespaceFinalizersRemaining',
    ok: { reason: 'ContentHasNoFinalizers', message: 'All content-preserving finalizers finished' },
    trouble({ finalizers }) {
      if (finalizers.size === 0) return undefined
      const list = counted(finalizers, (f, n) => `${f} in ${n} resource instances`)
      return { reason: 'SomeFinalizersRemain', message: `Some content in the namespace has finalizers remaining: ${list}` }
    },
  },
]

/** The namespace's conditions after this outcome, or undefined when nothing about them changed. `now` is RFC 3339. */
export function nextConditions(old: readonly Condition[], outcome: DeletionOutcome, now: string): Condition[] | undefined {
  const out = old.map((c) => ({ ...c }))
  let changed = false
  for (const rule of RULES) {
    const trouble = rule.trouble(outcome)
    const next = { type: rule.type, status: trouble === undefined ? ('False' as const) : ('True' as const), ...(trouble ?? rule.ok) }
    const at = out.findIndex((c) => c.type === rule.type)
    const before = out[at]
    if (before === undefined) out.push({ ...next, lastTransitionTime: now })
    else if (before.status === next.status && before.reason === next.reason && before.message === next.message) continue
    else out[at] = { ...next, lastTransitionTime: before.status === next.status ? (before.lastTransitionTime ?? now) : now }
    changed = true
  }
  return changed ? out : undefined
}
