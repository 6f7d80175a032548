import { duplicate, invalid, required, type FieldError } from '../../machinery/field-errors.ts'
import { formatDuration } from '../../machinery/go-duration.ts'
import { qualifiedNameErrors } from '../../machinery/names.ts'
import { POINTS, type ExtenderConfiguration, type PluginSet, type ProfileConfiguration, type SchedulerConfiguration } from './types.ts'
import { ARGUMENT_CHECKS } from './validate-arguments.ts'

export const API_VERSION = 'kubescheduler.config.k8s.io/v1'

/** Plugins that once were. */
const GONE = ['AzureDiskLimits', 'CinderLimits', 'EBSLimits', 'GCEPDLimits']
const goneText = `was invalid in version "v1" (KubeSchedulerConfiguration is version "${API_VERSION}")`

/** What is wrong with a configuration whose defaults are filled in, in the original's words and order (apis/config/validation). */
export function configurationErrors(c: SchedulerConfiguration): FieldError[] {
  const errors = [...clientErrors(c), ...leaderErrors(c)]
  if (c.parallelism <= 0) errors.push(invalid('parallelism', c.parallelism, 'should be an integer value greater than zero'))
  const names = new Set<string>()
  c.profiles.forEach((profile, i) => {
    const path = `profiles[${i}]`
    errors.push(...profileErrors(path, profile))
    // The original shows the place of the first here, which prints as nothing.
    if (names.has(profile.schedulerName)) errors.push(duplicate(`${path}.schedulerName`, {}))
    names.add(profile.schedulerName)
  })
  errors.push(...queueSortErrors(c.profiles), ...shareErrors('percentageOfNodesToScore', c.percentageOfNodesToScore))
  const { podInitialBackoffSeconds: initial, podMaxBackoffSeconds: max } = c
  if (initial <= 0) errors.push(invalid('podInitialBackoffSeconds', initial, 'must be greater than 0'))
  if (max < initial) errors.push(invalid('podMaxBackoffSeconds', max, 'must be greater than or equal to PodInitialBackoffSeconds'))
  return [...errors, ...extenderErrors(c.extenders)]
}

const clientErrors = ({ clientConnection: { burst = 0 } }: SchedulerConfiguration): FieldError[] =>
  burst < 0 ? [invalid('clientConnection.burst', burst, 'must be non-negative')] : []

function leaderErrors({ leaderElection: l }: SchedulerConfiguration): FieldError[] {
  if (!l.leaderElect) return []
  const errors: FieldError[] = []
  const shown = (ms: number): string => formatDuration(BigInt(Math.round(ms * 1e6)))
  for (const field of ['leaseDuration', 'renewDeadline', 'retryPeriod'] as const) {
    if (l[field] <= 0) errors.push(invalid(`leaderElection.${field}`, shown(l[field]), 'must be greater than zero'))
  }
  // It is the other value that the original shows.
  if (l.leaseDuration <= l.renewDeadline)
    errors.push(invalid('leaderElection.leaseDuration', shown(l.renewDeadline), 'must be greater than `RenewDeadline`'))
  if (l.resourceLock !== 'leases')
    errors.push(invalid('leaderElection.resourceLock', l.resourceLock, 'resourceLock value must be "leases"'))
  return errors
}

const shareErrors = (path: string, share: number | undefined): FieldError[] =>
  share !== undefined && (share < 0 || share > 100) ? [invalid(path, share, 'not in valid range [0-100]')] : []

function profileErrors(path: string, profile: ProfileConfiguration): FieldError[] {
  const errors = profile.schedulerName === '' ? [required(`${path}.schedulerName`)] : []
  errors.push(...shareErrors(`${path}.percentageOfNodesToScore`, profile.percentageOfNodesToScore))
  for (const point of POINTS) {
    profile.plugins[point].enabled.forEach(({ name }, i) => {
      if (GONE.includes(name)) errors.push(invalid(`${path}.plugins.${point}.enabled[${i}]`, name, goneText))
    })
  }
  const seen = new Set<string>()
  profile.pluginConfig.forEach(({ name, args }, i) => {
    const own = `${path}.pluginConfig[${i}]`
    if (seen.has(name)) errors.push(duplicate(own, name))
    seen.add(name)
    const check = Object.hasOwn(ARGUMENT_CHECKS, name) ? ARGUMENT_CHECKS[name as keyof typeof ARGUMENT_CHECKS] : undefined
    if (GONE.includes(name)) errors.push(invalid(own, name, goneText))
    else if (check !== undefined) errors.push(...check(`${own}.args`, args as never))
  })
  return errors
}

/** As Go prints the set: its fields have no other names. */
const printed = ({ enabled, disabled }: PluginSet): object => {
  const entries = (list: PluginSet['enabled']) => (list.length === 0 ? null : list.map((p) => ({ Name: p.name, Weight: p.weight ?? 0 })))
  return { Enabled: entries(enabled), Disabled: entries(disabled) }
}

/** One queue serves all profiles. */
function queueSortErrors(profiles: readonly ProfileConfiguration[]): FieldError[] {
  const [first, ...others] = profiles.map((p) => p.plugins.queueSort)
  if (first === undefined) return []
  const errors: FieldError[] = []
  if (first.enabled.length > 1)
    errors.push(invalid('profiles[0].plugins.queueSort.Enabled', first.enabled.length, 'only one queue sort plugin can be enabled'))
  others.forEach((set, i) => {
    if (JSON.stringify(printed(set)) !== JSON.stringify(printed(first)))
      errors.push(invalid(`profiles[${i + 1}].plugins.queueSort`, printed(set), 'must be the same for all profiles'))
  })
  return errors
}

function extenderErrors(extenders: readonly ExtenderConfiguration[]): FieldError[] {
  const errors: FieldError[] = []
  const managed = new Set<string>()
  extenders.forEach((extender, i) => {
    const path = `extenders[${i}]`
    const weight = extender.weight ?? 0
    if ((extender.prioritizeVerb ?? '') !== '' && weight <= 0)
      errors.push(invalid(`${path}.weight`, weight, 'must have a positive weight applied to it'))
    extender.managedResources?.forEach(({ name = '' }, j) => {
      const own = `${path}.managedResources[${j}].name`
      errors.push(...resourceErrors(own, name))
      if (managed.has(name)) errors.push(invalid(own, name, 'duplicate extender managed resource name'))
      managed.add(name)
    })
  })
  const binders = extenders.filter((e) => (e.bindVerb ?? '') !== '').length
  if (binders > 1) errors.push(invalid('extenders', `found ${binders} extenders implementing bind`, 'only one extender can implement bind'))
  return errors
}

function resourceErrors(path: string, name: string): FieldError[] {
  const errors = qualifiedNameErrors(name).map((text) => invalid(path, name, text))
  if (errors.length > 0) return errors
  const extended = name.includes('/') && !/(^|\.)kubernetes\.io\//.test(name) && !name.startsWith('requests.')
  return extended ? [] : [invalid(path, name, 'is an invalid extended resource name')]
}
