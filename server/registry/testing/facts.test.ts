import { describe, expect, test } from 'vitest'
import { validateObjectMeta, validateObjectMetaUpdate } from '../../apis/meta/v1/validation.ts'
import { FakeClock } from '../../machinery/clock.ts'
import { invalidObject, type FieldError } from '../../machinery/field-errors.ts'
import { nameIsSubdomain, pathSegmentErrors } from '../../machinery/names.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { checkObject } from '../../scheme/check.ts'
import { typeOfKind } from '../../scheme/facts.ts'
import { deployments } from '../apps/deployments/index.ts'
import { replicasets } from '../apps/replicasets/index.ts'
import { namespaces, namespaceSubresources } from '../core/namespaces/index.ts'
import { nodes } from '../core/nodes/index.ts'
import { podSubresources, pods } from '../core/pods/index.ts'
import type { BuiltInKind } from '../definition.ts'
import type { Strategy, StrategyContext } from '../generic/strategy.ts'
import { badOthers } from './bad-others.ts'
import { badPods } from './bad-pods.ts'
import { caseName, minimal, withPaths, type Case, type Json, type Kind } from './cases.ts'
import baseFacts from './facts-bases.json' with { type: 'json' }
import defaultFacts from './facts-defaults.json' with { type: 'json' }
import refusalFacts from './facts-refusals.json' with { type: 'json' }
import tableFacts from './facts-tables.json' with { type: 'json' }
import { goodCases } from './good-cases.ts'

const resources: Readonly<Record<Kind, BuiltInKind>> = {
  Pod: pods,
  Node: nodes,
  Namespace: namespaces,
  Deployment: deployments,
  ReplicaSet: replicasets,
}
let warned: string[] = []
const ctx: StrategyContext = {
  user: { name: 'admin', groups: [] },
  clock: new FakeClock(),
  dryRun: true,
  warn: (text) => warned.push(text),
}
const clusterScoped = new Set<Kind>(['Node', 'Namespace'])
const strategyOf = (kind: Kind): Strategy => resources[kind].strategy!

/** A body as the server reads it: in the form in which the reference would write it. */
function decoded(kind: Kind, body: Json): KubeObject {
  const group = resources[kind].group
  const { object, wrong } = checkObject(typeOfKind(group, 'v1', kind)!, body)
  if (wrong) throw new TypeError(`not a ${kind}`)
  return structuredClone(object) as KubeObject
}

/** What the rest of the server has done to an object when its strategy comes to see it. */
function arrived(c: Case): KubeObject {
  const obj = decoded(c.kind, withPaths(minimal[c.kind], c.set))
  if (!clusterScoped.has(c.kind)) obj.metadata.namespace = 'facts'
  strategyOf(c.kind).default?.(obj)
  if (c.kind === 'Pod' && obj.metadata.annotations?.['kubernetes.io/config.mirror'] === undefined) {
    // Admission ServiceAccount.
    const spec = obj.spec as { serviceAccountName?: string; serviceAccount?: string }
    spec.serviceAccountName ??= 'default'
    spec.serviceAccount ??= spec.serviceAccountName
  }
  if (strategyOf(c.kind).keepStatusOnCreate !== true) delete obj.status
  strategyOf(c.kind).prepareForCreate?.(obj, ctx)
  return obj
}

function createErrors(c: Case): { obj: KubeObject; errors: FieldError[] } {
  const obj = arrived(c)
  const strategy = strategyOf(c.kind)
  const nameErrors = strategy.nameErrors ?? nameIsSubdomain
  const rules = { namespaced: !clusterScoped.has(c.kind), nameErrors: (name: string, prefix: boolean) => nameErrors(name, prefix, obj) }
  return { obj, errors: [...validateObjectMeta(obj.metadata, rules, 'metadata'), ...(strategy.validate?.(obj, ctx) ?? [])] }
}

const bases = new Map(baseFacts.map(({ base, object }) => [base, object as unknown as Json]))

function updateErrors(c: Case): { obj: KubeObject; errors: FieldError[] } {
  const stored = bases.get(c.base!)!
  const old = structuredClone(stored) as unknown as KubeObject
  const obj = decoded(c.kind, withPaths(stored, c.set))
  const strategy = strategyOf(c.kind)
  const common = (): FieldError[] => [
    ...validateObjectMeta(obj.metadata, { namespaced: !clusterScoped.has(c.kind), nameErrors: pathSegmentErrors }, 'metadata'),
    ...validateObjectMetaUpdate(obj.metadata, old.metadata, 'metadata'),
  ]
  strategy.default?.(obj)
  if (c.operation === 'update') {
    strategy.prepareForUpdate?.(obj, old, ctx)
    return { obj, errors: [...common(), ...strategy.validateUpdate!(obj, old, ctx)] }
  }
  if (c.operation === 'status') {
    strategy.prepareForStatusUpdate?.(obj, old, ctx)
    return { obj, errors: [...common(), ...strategy.validateStatusUpdate!(obj, old, ctx)] }
  }
  const rules =
    c.operation === 'finalize' ? namespaceSubresources.finalize : podSubresources[c.operation as 'resize' | 'ephemeralcontainers']
  rules.prepare(obj, old)
  return { obj, errors: [...common(), ...rules.validate(obj, old)] }
}

interface Refusal {
  case: string
  code: number
  message?: string
  causes?: unknown
}

/** Go lists maps in random order, so texts are compared as sets where a case has several of one map. */
const unordered = (message: string): string[] =>
  message
    .replace(/ is invalid: \[/, ' is invalid:, ')
    .replace(/\]$/, '')
    .split(', ')
    .sort()

const answers = new Map((refusalFacts as Refusal[]).map((f) => [f.case, f]))

describe("refusals are the reference's", () => {
  for (const c of [...badPods, ...badOthers]) {
    const fact = answers.get(caseName(c))!
    test(caseName(c), () => {
      const { obj, errors } = c.operation === 'create' ? createErrors(c) : updateErrors(c)
      if (fact.code < 400) {
        expect(errors).toEqual([])
        return
      }
      const group = resources[c.kind].group
      const { message, details } = invalidObject({ group, kind: c.kind }, obj.metadata.name ?? '', errors).status
      if (message !== fact.message) expect(unordered(message!)).toEqual(unordered(fact.message!))
      const sortKey = (x: unknown): string => JSON.stringify(x)
      const causes = (details?.causes ?? []).map((x) => ({ ...x }))
      expect(causes.map(sortKey).sort()).toEqual(((fact.causes ?? []) as unknown[]).map((x) => sortKeyOf(x)).sort())
    })
  }
})

// The reference's causes have their members in another order.
function sortKeyOf(cause: unknown): string {
  const { reason, message, field } = cause as { reason: string; message: string; field: string }
  return JSON.stringify({ reason, message, field })
}

function strip(obj: KubeObject): Json {
  const copy = structuredClone(obj) as unknown as Json
  const meta = copy.metadata as Json
  for (const field of ['uid', 'creationTimestamp', 'resourceVersion']) delete meta[field]
  for (const c of ((copy.status as Json | undefined)?.conditions ?? []) as Json[]) delete c.lastTransitionTime
  return copy
}

describe("what is stored is the reference's", () => {
  const facts = new Map((defaultFacts as unknown as { case: string; stored: Json; warnings: string[] }[]).map((f) => [f.case, f]))
  for (const c of goodCases) {
    test(caseName(c), () => {
      warned = []
      const { obj, errors } = c.operation === 'create' ? createErrors(c) : updateErrors(c)
      const fact = facts.get(caseName(c))!
      expect(errors).toEqual([])
      expect(warned).toEqual(fact.warnings)
      strategyOf(c.kind).canonicalize?.(obj)
      expect(strip(obj)).toEqual(fact.stored)
      // Defaults hold still: a stored object is not changed by them.
      const again = structuredClone(obj)
      strategyOf(c.kind).default?.(again)
      expect(again).toEqual(obj)
    })
  }
})

describe("table rows are the reference's", () => {
  const minute = 60_000
  for (const fact of tableFacts as unknown as { kind: Kind; object: KubeObject; columns: Json[]; cells: unknown[] }[]) {
    test(`${fact.kind} ${fact.object.metadata.name}`, () => {
      const table = resources[fact.kind].table!
      const columns = table.columns.map(({ name, type, format, priority }) => ({
        name,
        type,
        format: format ?? '',
        priority: priority ?? 0,
      }))
      expect(columns).toEqual(fact.columns)
      // The reference answered within a minute of the object's creation; only the age itself may differ.
      const age = columns.findIndex((x) => x.name === 'Age')
      const now = Date.parse(fact.object.metadata.creationTimestamp!) + minute
      const cells = table.cells(fact.object, now)
      expect(cells[age]).toBe('60s')
      const normal = (list: unknown[]): unknown[] =>
        list.with(age, '').map((x) => (typeof x === 'string' ? x.replace(/\(.* ago\)/, '(ago)') : x))
      expect(normal(cells)).toEqual(normal(fact.cells))
    })
  }
})
