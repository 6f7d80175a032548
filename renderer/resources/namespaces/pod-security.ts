import type { Change } from '../../kube/changes.ts'

/** Pod Security Standards as a namespace's labels ask for them (kubernetes.io/docs/concepts/security/pod-security-admission). */
const prefix = 'pod-security.kubernetes.io/'
export const modes = ['enforce', 'audit', 'warn'] as const
export type Mode = (typeof modes)[number]
/** From what allows all to what allows least. */
export const levels = ['privileged', 'baseline', 'restricted'] as const

export interface ModePolicy {
  mode: Mode
  /** Undefined where no label says it: the cluster's own default is in force, which is privileged unless its configuration says otherwise. */
  level: string | undefined
  version: string | undefined
}

type Labels = Record<string, string> | undefined

export const levelLabel = (mode: Mode): string => prefix + mode
export const versionLabel = (mode: Mode): string => `${prefix}${mode}-version`

export const policiesOf = (labels: Labels): ModePolicy[] =>
  modes.map((mode) => ({ mode, level: labels?.[levelLabel(mode)], version: labels?.[versionLabel(mode)] }))

/**
 * The version under which a level is tried out. The server looks at pods only when the policy changes, and not when its level is kept or
 * lowered at one version (pod-security-admission, ValidateNamespace): then the same rules go by their other name, `latest` or `v1.N`.
 */
export function trialVersion(labels: Labels, level: string, minor: string | undefined): string {
  const newest = minor === undefined ? 'latest' : ['v1', minor].join('.')
  const now = labels?.[levelLabel('enforce')]
  const version = labels?.[versionLabel('enforce')]
  const stricter = now !== undefined && rank(level) > rank(now)
  if (stricter) return version ?? 'latest'
  return version === undefined || version === 'latest' ? newest : 'latest'
}

const rank = (level: string): number => levels.findIndex((known) => known === level)

/** What is sent, as a dry run, to hear which of the pods that are there a level would refuse. */
export const trialChange = (path: string, level: string, version: string): Change => ({
  method: 'PATCH',
  type: 'merge',
  path,
  body: { metadata: { labels: { [levelLabel('enforce')]: level, [versionLabel('enforce')]: version } } },
})

/** What the server had to say to it. */
export interface Verdict {
  failing: { pod: string; others: number; checks: string[] }[]
  /** Of so many pods only the first were looked at. */
  partly: { checked: number; total: number } | undefined
  /** What else was said: that the namespace is exempt, what webhooks warn of. */
  notes: string[]
}

export function readVerdict(warnings: readonly string[]): Verdict {
  const verdict: Verdict = { failing: [], partly: undefined, notes: [] }
  for (const warning of warnings) {
    if (warning.startsWith('existing pods in namespace ')) continue
    const part = /^new PodSecurity enforce level only checked against the first (\d+) of (\d+) existing pods$/.exec(warning)
    const pod = /^([a-z0-9][a-z0-9.-]*)(?: \(and (\d+) other pods?\))?: (.+)$/s.exec(warning)
    if (part) verdict.partly = { checked: Number(part[1]), total: Number(part[2]) }
    else if (pod?.[1] && pod[3]) verdict.failing.push({ pod: pod[1], others: Number(pod[2] ?? 0), checks: pod[3].split(', ') })
    else verdict.notes.push(warning)
  }
  return verdict
}

/** What is asked for each mode; '' for what no label is to say. */
export type PolicyWish = Record<Mode, { level: string; version: string }>

export const wishOf = (labels: Labels): PolicyWish =>
  Object.fromEntries(policiesOf(labels).map(({ mode, level = '', version = '' }) => [mode, { level, version }])) as PolicyWish

/** The labels that differ, null for those that go; undefined when none does. */
export function wishedLabels(labels: Labels, wish: PolicyWish): Record<string, string | null> | undefined {
  const asked = modes.flatMap((mode) => [
    [levelLabel(mode), wish[mode].level] as const,
    // A version without a level says nothing.
    [versionLabel(mode), wish[mode].level === '' ? '' : wish[mode].version.trim()] as const,
  ])
  const changed = asked.filter(([key, value]) => (labels?.[key] ?? '') !== value)
  return changed.length === 0 ? undefined : Object.fromEntries(changed.map(([key, value]) => [key, value === '' ? null : value]))
}
