import type { KubeObject } from '../machinery/types.ts'
import { add, excess, mask, printed, type Amounts } from './amounts.ts'
import { matches, type CountedWrite, type Evaluator } from './evaluator.ts'
import type { Quota, ScopeSelector } from './quota.ts'
import { compareQuantity } from '../machinery/quantity.ts'

/** A kind that may be used only where a quota covers it (admission configuration `limitedResources`). */
export interface LimitedResource {
  readonly apiGroup?: string
  readonly resource: string
  /** Parts of names of resources. */
  readonly matchContains?: readonly string[]
  readonly matchScopes?: readonly ScopeSelector[]
}

/** A refusal: `forbidden` in the words of a 403, else an error of the server. */
export class QuotaRefusal extends Error {
  override readonly name = 'QuotaRefusal'
  readonly forbidden: boolean
  constructor(why: string, forbidden = true) {
    super(why)
    this.forbidden = forbidden
  }
}

interface Request extends CountedWrite {
  readonly object: KubeObject
}

/**
 * What the quotas of a namespace will have counted when the write is done: the amounts that change, by the quota's place
 * (apiserver `admission/plugin/resourcequota/controller.go`, CheckRequest).
 * @throws QuotaRefusal
 */
export function checkRequest(
  quotas: readonly Quota[],
  request: Request,
  evaluator: Evaluator,
  limited: readonly LimitedResource[],
): Map<number, Amounts> {
  const { object, operation, subresource } = request
  const used = evaluator.usage(object)
  const concerned = quotas.flatMap((quota, i) => (concerns(quota, evaluator, object) ? [i] : []))
  const negative = [...used].filter(([, value]) => value.nano < 0n).map(([name]) => name)
  if (negative.length > 0) throw new QuotaRefusal(`quota usage is negative for resource(s): ${negative.sort().join()}`)
  const before = operation === 'UPDATE' ? previousOf(request) : undefined
  const known = before === undefined ? undefined : evaluator.usage(before)
  const more = known === undefined ? used : excess(used, known)
  // An object that comes under a quota by an update is new to it.
  const deltas = concerned.map((i) => {
    const counted = before !== undefined && matches(evaluator, quotas[i]!, before) ? more : used
    return [i, new Map([...counted].filter(([, value]) => value.nano !== 0n))] as const
  })
  const changes = deltas.filter(([, delta]) => delta.size > 0)
  const nothing = concerned.length > 0 ? changes.length === 0 : ![...more.values()].some((value) => value.nano !== 0n)
  if (nothing) return new Map()
  if (limited.length > 0) mustBeCovered(quotas, concerned, request, evaluator, used, limited)
  const out = new Map<number, Amounts>()
  for (const [i, delta] of changes) {
    const quota = quotas[i]!
    const requested = mask(delta, quota.hard)
    if (requested.size === 0) continue
    const sum = add(quota.used, requested)
    // What a status tells has happened already.
    if (subresource !== 'status') mustFit(quota, requested, sum)
    out.set(i, sum)
  }
  return out
}

function concerns(quota: Quota, evaluator: Evaluator, object: KubeObject): boolean {
  if (!matches(evaluator, quota, object)) return false
  const restricted = [...quota.hard.keys()].filter((name) => evaluator.counts(name))
  const missing = evaluator.missing?.(restricted, object)
  if (missing !== undefined) throw new QuotaRefusal(`failed quota: ${quota.name}: ${missing}`)
  if (restricted.every((name) => quota.used.has(name))) return true
  throw new QuotaRefusal(`status unknown for quota: ${quota.name}, resources: ${restricted.sort().join()}`)
}

function previousOf({ oldObject }: Request): KubeObject | undefined {
  if (oldObject === undefined) throw new QuotaRefusal('unable to get previous usage since prior version of object was not found')
  return (oldObject.metadata.resourceVersion ?? '') === '' ? undefined : oldObject
}

function mustFit({ name, hard, used }: Quota, requested: Amounts, sum: Amounts): void {
  const exceeded = new Set([...requested.keys()].filter((of) => compareQuantity(sum.get(of)!, hard.get(of)!) > 0))
  if (exceeded.size === 0) return
  const of = (amounts: Amounts): string => printed(mask(amounts, exceeded))
  throw new QuotaRefusal(`exceeded quota: ${name}, requested: ${of(requested)}, used: ${of(used)}, limited: ${of(hard)}`)
}

function mustBeCovered(
  quotas: readonly Quota[],
  concerned: readonly number[],
  { object }: Request,
  evaluator: Evaluator,
  used: Amounts,
  limited: readonly LimitedResource[],
): void {
  const { group, resource } = evaluator.resource
  const ofKind = limited.filter((l) => l.resource === resource && (l.apiGroup ?? '') === group)
  const parts = ofKind.flatMap((l) => l.matchContains ?? [])
  const names = [...used].filter(([name, value]) => value.nano > 0n && parts.some((part) => name.includes(part))).map(([name]) => name)
  const covered = (name: string): boolean => concerned.some((i) => quotas[i]!.hard.has(name) && evaluator.counts(name))
  const uncovered = names.filter((name) => !covered(name)).sort()
  if (uncovered.length > 0) throw new QuotaRefusal(`insufficient quota to consume: ${uncovered.join()}`)
  const inScope = (scope: ScopeSelector): boolean => evaluator.inScope?.(scope, object) === true
  const scopes = limited.flatMap((l) => l.matchScopes ?? []).filter(inScope)
  const present = new Set(quotas.flatMap((quota) => quota.scopes.filter(inScope).map((scope) => scope.scopeName)))
  const open = scopes.filter((scope) => !present.has(scope.scopeName))
  if (open.length === 0) return
  const texts = open.map(({ scopeName, operator, values }) => `{${scopeName} ${operator} [${values.join(' ')}]}`)
  throw new QuotaRefusal(`insufficient quota to match these scopes: [${texts.join(' ')}]`, false)
}
