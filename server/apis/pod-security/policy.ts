import { invalid, type FieldError } from '../../machinery/field-errors.ts'

/** Pod Security Standards as labels of a namespace ask for them (KEP-2579; k8s.io/pod-security-admission `api/helpers.go`). */
export type Level = 'privileged' | 'baseline' | 'restricted'

/** The minor of a version `v1.x`. */
export type Version = 'latest' | number

export interface LevelVersion {
  readonly level: Level
  readonly version: Version
}

/** `enforce` refuses pods, `audit` and `warn` only tell of them, and of templates of pods. */
export type Mode = 'enforce' | 'audit' | 'warn'
export type Policy = Readonly<Record<Mode, LevelVersion>>

const PREFIX = 'pod-security.kubernetes.io/'
/** From the most lenient to the strictest. */
const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted']
const MODES: readonly Mode[] = ['enforce', 'audit', 'warn']
const VERSION = /^v1\.([0-9]|[1-9][0-9]*)$/

export const BAD_LEVEL = `must be one of ${LEVELS.join(', ')}`
export const BAD_VERSION = 'must be "latest" or "v1.x"'

export const parseLevel = (text: string): Level | undefined => LEVELS.find((level) => level === text)

export function parseVersion(text: string): Version | undefined {
  if (text === 'latest') return text
  const minor = VERSION.exec(text)?.[1]
  // Go reads the minor as an int64.
  return minor === undefined || BigInt(minor.slice(0, 20)) > 9223372036854775807n ? undefined : Number(minor)
}

export const levelVersionText = ({ level, version }: LevelVersion): string => `${level}:${version === 'latest' ? version : `v1.${version}`}`

/** Below zero: `a` is the more lenient one. */
export const compareLevels = (a: Level, b: Level): number => LEVELS.indexOf(a) - LEVELS.indexOf(b)

export const sameLevelVersion = (a: LevelVersion, b: LevelVersion): boolean => a.level === b.level && a.version === b.version
const equivalent = (a: LevelVersion, b: LevelVersion): boolean =>
  (a.level === 'privileged' && b.level === 'privileged') || sameLevelVersion(a, b)
export const equivalentPolicies = (a: Policy, b: Policy): boolean => MODES.every((mode) => equivalent(a[mode], b[mode]))

export const fullyPrivileged = (policy: Policy): boolean => MODES.every((mode) => policy[mode].level === 'privileged')

type Labels = Readonly<Record<string, string>> | undefined

/**
 * The policy of a namespace. There is always one: a label that cannot be read is an error, and stands for restricted where it is enforced
 * and for privileged where it only tells; a version that cannot be read is the latest.
 */
export function policyOf(labels: Labels, defaults: Policy): { policy: Policy; errors: readonly FieldError[] } {
  if (labels === undefined) return { policy: defaults, errors: [] }
  const errors: FieldError[] = []
  const read = <T>(name: string, parse: (text: string) => T | undefined, bad: string, otherwise: T, missing: T): T => {
    const label = PREFIX + name
    if (!Object.hasOwn(labels, label)) return missing
    const text = labels[label]!
    const value = parse(text)
    if (value === undefined) errors.push(invalid(`metadata.labels[${label}]`, text, bad))
    return value ?? otherwise
  }
  const of = (mode: Mode): LevelVersion => ({
    level: read(mode, parseLevel, BAD_LEVEL, mode === 'enforce' ? 'restricted' : 'privileged', defaults[mode].level),
    version: read<Version>(`${mode}-version`, parseVersion, BAD_VERSION, 'latest', defaults[mode].version),
  })
  const [enforce, audit] = [of('enforce'), of('audit')]
  let warn = of('warn')
  // Who enforces a level and says nothing of warnings is warned of what would be refused.
  const enforced = parseLevel(labels[`${PREFIX}enforce`] ?? '') !== undefined
  if (enforced && !Object.hasOwn(labels, `${PREFIX}warn`) && compareLevels(enforce.level, warn.level) > 0) {
    warn = { level: enforce.level, version: Object.hasOwn(labels, `${PREFIX}warn-version`) ? warn.version : enforce.version }
  }
  return { policy: { enforce, audit, warn }, errors }
}

/** What labels ask for beyond privileged, in short: `enforce=baseline:latest, warn=restricted:v1.30`. */
export function askedFor(policy: Policy, labels: Labels = {}): string {
  const asked = MODES.filter(
    (mode) =>
      policy[mode].level !== 'privileged' && (Object.hasOwn(labels, PREFIX + mode) || Object.hasOwn(labels, `${PREFIX}${mode}-version`)),
  )
  return asked.map((mode) => `${mode}=${levelVersionText(policy[mode])}`).join(', ')
}
