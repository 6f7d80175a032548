import type { NodeSelectorRequirement, NodeSelectorTerm } from '../../client/objects.ts'
import { duplicate, forbiddenField, invalid, notSupported, required, type FieldError } from '../../machinery/field-errors.ts'
import { formatDuration } from '../../machinery/go-duration.ts'
import { labelValueErrors, qualifiedNameErrors } from '../../machinery/names.ts'
import type { PluginArguments, ShapePoint } from './types.ts'

type Check<K extends keyof PluginArguments> = (path: string, args: PluginArguments[K]) => FieldError[]

/** Text of a field's path below another, which may be empty. */
const at = (path: string, child: string): string => (path === '' ? child : `${path}.${child}`)
const duration = (ms: number): string => formatDuration(BigInt(Math.round(ms * 1e6)))
const names = (path: string, name: string): FieldError[] => qualifiedNameErrors(name).map((text) => invalid(path, name, text))

function shapeErrors(path: string, shape: readonly ShapePoint[] = []): FieldError[] {
  if (shape.length === 0) return [required(path, 'at least one point must be specified')]
  const errors: FieldError[] = []
  const unsorted = shape.findIndex((p, i) => i > 0 && shape[i - 1]!.utilization >= p.utilization)
  if (unsorted > 0)
    errors.push(invalid(`${path}[${unsorted}].utilization`, shape[unsorted]!.utilization, 'values must be sorted in increasing order'))
  shape.forEach(({ utilization = 0, score = 0 }, i) => {
    if (utilization < 0 || utilization > 100) errors.push(invalid(`${path}[${i}].utilization`, utilization, 'not in valid range [0, 100]'))
    if (score < 0 || score > 10) errors.push(invalid(`${path}[${i}].score`, score, 'not in valid range [0, 10]'))
  })
  return errors
}

/** Of each operator: the number of values that it takes, and what is said of any other number (labels.NewRequirement). */
const OPERATORS: Readonly<Record<string, { takes(n: number): boolean; text: string }>> = {
  In: { takes: (n) => n > 0, text: "for 'in', 'notin' operators, values set can't be empty" },
  NotIn: { takes: (n) => n > 0, text: "for 'in', 'notin' operators, values set can't be empty" },
  Exists: { takes: (n) => n === 0, text: 'values set must be empty for exists and does not exist' },
  DoesNotExist: { takes: (n) => n === 0, text: 'values set must be empty for exists and does not exist' },
  Gt: { takes: (n) => n === 1, text: "for 'Gt', 'Lt' operators, exactly one value is required" },
  Lt: { takes: (n) => n === 1, text: "for 'Gt', 'Lt' operators, exactly one value is required" },
}

function expressionErrors(path: string, { key, operator, values = [] }: NodeSelectorRequirement): FieldError[] {
  const rule = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator]! : undefined
  if (rule === undefined) return [notSupported(`${path}.operator`, operator, Object.keys(OPERATORS))]
  const errors = names(`${path}.key`, key)
  if (!rule.takes(values.length)) errors.push(invalid(`${path}.values`, values, rule.text))
  else if (operator === 'Gt' || operator === 'Lt') {
    if (!/^[+-]?\d+$/.test(values[0] ?? ''))
      errors.push(invalid(`${path}.values[0]`, values[0], "for 'Gt', 'Lt' operators, the value must be an integer"))
  }
  values.forEach((value, i) => {
    for (const text of labelValueErrors(value)) errors.push(invalid(`${path}.values[${i}]`, value, text))
  })
  return errors
}

function termErrors(path: string, { matchExpressions = [], matchFields = [] }: NodeSelectorTerm): FieldError[] {
  const fields = matchFields.flatMap((f, i) => {
    const own = `${path}.matchFields[${i}]`
    if (f.operator !== 'In' && f.operator !== 'NotIn') return [notSupported(`${own}.operator`, f.operator, ['In', 'NotIn'])]
    return f.values?.length === 1 ? [] : [invalid(`${own}.values`, f.values ?? [], 'must have one element')]
  })
  return [...matchExpressions.flatMap((e, i) => expressionErrors(`${path}.matchExpressions[${i}]`, e)), ...fields]
}

const STRATEGIES = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio']
const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway']

/** The original looks at these when it makes the plugin: there is no path to them. */
export const nodeResourcesFitErrors: Check<'NodeResourcesFit'> = (path, args) => {
  const errors = (args.ignoredResources ?? []).flatMap((name, i) => names(at(path, `ignoredResources[${i}]`), name))
  args.ignoredResourceGroups?.forEach((group, i) => {
    const own = at(path, `ignoredResourceGroups[${i}]`)
    if (group.includes('/')) errors.push(invalid(own, group, "resource group name can't contain '/'"))
    errors.push(...names(own, group))
  })
  const { type, resources, requestedToCapacityRatio: ratio } = args.scoringStrategy
  const strategy = at(path, 'scoringStrategy')
  if (!STRATEGIES.includes(type)) errors.push(notSupported(`${strategy}.type`, type, STRATEGIES))
  resources.forEach(({ name, weight }, i) => {
    if (weight <= 0 || weight > 100)
      errors.push(invalid(`${strategy}.resources[${i}].weight`, weight, `resource weight of ${name} not in valid range (0, 100]`))
  })
  const own = `${strategy}.requestedToCapacityRatio`
  if (type !== 'RequestedToCapacityRatio') {
    if (ratio !== undefined) errors.push(forbiddenField(own, 'must be nil when type is not RequestedToCapacityRatio'))
  } else if (ratio === undefined) errors.push(required(own, 'must be specified when type is RequestedToCapacityRatio'))
  else errors.push(...shapeErrors(`${own}.shape`, ratio.shape))
  return errors
}

/** By plugin: what is wrong with its arguments (apis/config/validation validation_pluginargs.go). */
export const ARGUMENT_CHECKS: { readonly [K in keyof PluginArguments]?: Check<K> } = {
  DefaultPreemption(path, { minCandidateNodesPercentage: share, minCandidateNodesAbsolute: count }) {
    const [a, b] = [`${path}.minCandidateNodesPercentage`, `${path}.minCandidateNodesAbsolute`]
    const errors: FieldError[] = []
    if (share < 0 || share > 100) errors.push(invalid(a, share, 'not in valid range [0, 100]'))
    if (count < 0) errors.push(invalid(b, count, 'not in valid range [0, inf)'))
    if (share === 0 && count === 0) {
      errors.push(invalid(a, share, 'cannot be zero at the same time as minCandidateNodesAbsolute'))
      errors.push(invalid(b, count, 'cannot be zero at the same time as minCandidateNodesPercentage'))
    }
    return errors
  },
  DynamicResources(path, { filterTimeout, bindingTimeout }) {
    const errors: FieldError[] = []
    if (filterTimeout < 0) errors.push(invalid(`${path}.filterTimeout`, duration(filterTimeout), 'must be zero or positive'))
    if (bindingTimeout < 1000) errors.push(invalid(`${path}.bindingTimeout`, duration(bindingTimeout), 'must be at least 1 second'))
    return errors
  },
  InterPodAffinity: (path, { hardPodAffinityWeight: w }) =>
    w < 0 || w > 100 ? [invalid(`${path}.hardPodAffinityWeight`, w, 'not in valid range [0, 100]')] : [],
  NodeAffinity(path, { addedAffinity }) {
    const own = `${path}.addedAffinity`
    const terms = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
    const wishes = addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
    return [
      ...terms.flatMap((t, i) => termErrors(`${own}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${i}]`, t)),
      ...wishes.flatMap((w, i) =>
        w.weight === 0 ? [] : termErrors(`${own}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`, w.preference),
      ),
    ]
  },
  NodeResourcesBalancedAllocation(path, { resources }) {
    const seen = new Set<string>()
    return resources.flatMap(({ name, weight }, i) => {
      const own = `${path}.resources[${i}]`
      const twice = seen.has(name) ? [duplicate(`${own}.name`, name)] : []
      seen.add(name)
      return weight === 1 ? twice : [...twice, invalid(`${own}.weight`, weight, 'must be 1')]
    })
  },
  PodTopologySpread(path, { defaultingType, defaultConstraints = [] }) {
    const errors: FieldError[] = []
    const type = `${path}.defaultingType`
    if (defaultingType !== 'System' && defaultingType !== 'List') errors.push(notSupported(type, defaultingType, ['System', 'List']))
    else if (defaultingType === 'System' && defaultConstraints.length > 0)
      errors.push(invalid(type, defaultingType, 'when .defaultConstraints are not empty'))
    const list = `${path}.defaultConstraints`
    defaultConstraints.forEach((c, i) => {
      const own = `${list}[${i}]`
      const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '' } = c
      if (maxSkew <= 0) errors.push(invalid(`${own}.maxSkew`, maxSkew, 'not in valid range (0, inf)'))
      if (topologyKey === '') errors.push(required(`${own}.topologyKey`, 'can not be empty'))
      else errors.push(...names(`${own}.topologyKey`, topologyKey))
      if (whenUnsatisfiable === '') errors.push(required(`${own}.whenUnsatisfiable`, 'can not be empty'))
      else if (!ACTIONS.includes(whenUnsatisfiable)) errors.push(notSupported(`${own}.whenUnsatisfiable`, whenUnsatisfiable, ACTIONS))
      if (c.labelSelector !== undefined)
        errors.push(forbiddenField(`${own}.labelSelector`, 'constraint must not define a selector, as they deduced for each pod'))
      const before = defaultConstraints.slice(0, i)
      if (before.some((o) => o.topologyKey === c.topologyKey && o.whenUnsatisfiable === c.whenUnsatisfiable))
        errors.push(duplicate(own, `{${topologyKey}, ${whenUnsatisfiable}}`))
    })
    return errors
  },
  VolumeBinding(path, { bindTimeoutSeconds, shape }) {
    const errors: FieldError[] = []
    if (bindTimeoutSeconds < 0) {
      const text = 'invalid BindTimeoutSeconds, should not be a negative value'
      errors.push(invalid(`${path}.bindTimeoutSeconds`, bindTimeoutSeconds, text))
    }
    return shape === undefined || shape.length === 0 ? errors : [...errors, ...shapeErrors(`${path}.shape`, shape)]
  },
}
