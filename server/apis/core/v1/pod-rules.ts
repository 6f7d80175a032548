import type { FieldError } from '../../../machinery/field-errors.ts'
import { validateLabelSelector } from '../../meta/v1/validation.ts'
import { validateAffinity, validateMatchLabelKeys } from './affinity.ts'
import { visitContainers } from './container.ts'
import type { PodRules } from './pod-spec.ts'
import { isHugePage } from './resource-lists.ts'
import { validateResources } from './resources.ts'
import { hostSysctlError } from './security-context.ts'
import type { PodSpec } from './types.ts'

/** The rules for an object that is new. */
export function rulesForCreate(isPod: boolean): PodRules {
  return { affinity: {}, spread: {}, isPod }
}

const fails = (check: (errors: FieldError[]) => void): boolean => {
  const errors: FieldError[] = []
  check(errors)
  return errors.length > 0
}

/** The rules for an update: whatever a stored spec breaks already, the new one may break too ("ratcheting"). */
export function rulesForUpdate(isPod: boolean, old: PodSpec): PodRules {
  const rules = rulesForCreate(isPod)
  if (old.affinity) {
    const { affinity } = old
    const strict = fails((errors) => validateAffinity(errors, affinity, {}, ''))
    if (strict) {
      rules.affinity = {
        allowInvalidSelectorValues: fails((e) => validateAffinity(e, { ...affinity, nodeAffinity: undefined }, {}, '')),
        allowInvalidNodeValues: fails((e) => validateAffinity(e, { nodeAffinity: affinity.nodeAffinity }, {}, '')),
      }
    }
  }
  for (const c of old.topologySpreadConstraints ?? []) {
    if (fails((e) => validateLabelSelector(e, c.labelSelector, ''))) rules.spread.allowInvalidSelector = true
    if (fails((e) => validateMatchLabelKeys(e, c, ''))) rules.spread.legacyMatchLabelKeys = true
  }
  if (old.securityContext?.sysctls?.some((s) => hostSysctlError(s.name ?? '', old) !== undefined)) rules.allowHostSysctls = true
  visitContainers(old, '', (c) => {
    const limits = c.resources?.limits
    if (limits && Object.keys(limits).some(isHugePage)) {
      rules.allowIndivisibleHugePages ||= fails((e) => validateResources(e, { limits: { ...limits, cpu: '1' } }, { claims: new Set() }, ''))
    }
  })
  rules.allowInitRestartContainer = old.initContainers?.some(
    (c) => c.restartPolicy !== 'Always' && c.resizePolicy?.some((p) => p.restartPolicy === 'RestartContainer'),
  )
  return rules
}
