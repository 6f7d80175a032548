import type { Strategy } from '../../generic/strategy.ts'
import { accessRules } from './access.ts'
import { classRules } from './classes.ts'
import { networkRules } from './network.ts'
import { quotaRules } from './quotas.ts'
import { strategyOf } from './rule.ts'
import { scalingRules } from './scaling.ts'
import { trustBundleStrategies } from './trust-bundles.ts'
import { workloadRules } from './workloads.ts'

const rules = { ...workloadRules, ...quotaRules, ...scalingRules, ...networkRules, ...accessRules, ...classRules }

/** What each resource refuses, by `resource.group`. */
export const ruleStrategies: Readonly<Record<string, Strategy>> = {
  ...Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, strategyOf(rule)])),
  ...trustBundleStrategies,
}
