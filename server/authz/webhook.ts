import type { UserInfo } from '../authn/contract.ts'
import type { AccessConditions } from '../cel/access-review.ts'
import type { Clock } from '../machinery/clock.ts'
import { errorText } from '../machinery/error-text.ts'
import { ExpiringCache } from '../machinery/expiring-cache.ts'
import { GoFields } from '../machinery/go-fields.ts'
import type { JsonObject } from '../machinery/json-walk.ts'
import type { LabelOperator } from '../machinery/label-parser.ts'
import type { AskReview, ReviewResult } from '../webhook/review.ts'
import { noOpinion, type Attributes, type Authorizer, type Decision } from './contract.ts'
import { fieldRequirements, labelRequirements } from './selectors.ts'
import type { WebhookAuthorizerObserver } from './webhook-metrics.ts'

export interface WebhookAuthorizerOptions {
  readonly name: string
  readonly ask: AskReview
  readonly version: 'v1' | 'v1beta1'
  /** How long it is believed what is allowed, and what is not; 0: not at all. */
  readonly authorizedTtlMs: number
  readonly unauthorizedTtlMs: number
  /** When the webhook cannot be asked. */
  readonly onFailure: 'deny' | 'no-opinion'
  /** Only requests that fulfil these are asked about. */
  readonly conditions?: AccessConditions
  readonly clock: Clock
  onError(error: string): void
}

/** No request waits longer. */
const DEADLINE_MS = 60_000
const MAX_ENTRIES = 8192
const MAX_BYTES = 16 << 20
/** What a client says of its request may be as long as it likes: such answers are not kept. */
const MAX_CONTROLLED = 10_000

interface Status {
  readonly allowed: boolean
  readonly denied: boolean
  readonly reason: string
}

/** `--authorization-mode=Webhook`: somebody else decides (apiserver `plugin/pkg/authorizer/webhook`). */
export function webhookAuthorizer(o: WebhookAuthorizerOptions, observer?: WebhookAuthorizerObserver): Authorizer {
  const { ask, clock, onFailure, conditions } = o
  const kept = new ExpiringCache<Status>({ clock, maxEntries: MAX_ENTRIES, maxBytes: MAX_BYTES })
  const asked = async (spec: JsonObject, key: string, attributes: Attributes): Promise<Decision> => {
    const review = { kind: 'SubjectAccessReview', apiVersion: `authorization.k8s.io/${o.version}`, metadata: {} }
    let status: Status
    let last: ReviewResult = 'error'
    const called = (result: ReviewResult, seconds: number): void => {
      last = result
      observer?.called(o.name, result, seconds)
    }
    try {
      status = await ask({ ...review, spec: specIn(o.version, spec), status: { allowed: false } }, DEADLINE_MS, statusOf, called)
    } catch (e) {
      const error = e instanceof Error ? e.message : String(e)
      o.onError(error)
      if (onFailure === 'no-opinion') observer?.failedOpen(o.name, last)
      return { decision: onFailure, reason: '', error }
    }
    const ttlMs = status.allowed ? o.authorizedTtlMs : o.unauthorizedTtlMs
    if (controlledBy(attributes) < MAX_CONTROLLED) kept.set(key, status, key.length + status.reason.length, ttlMs)
    return decisionOf(status)
  }
  const matches = (of: AccessConditions, spec: JsonObject): ReturnType<AccessConditions['matches']> => {
    const began = performance.now()
    const matched = of.matches(spec)
    const outcome = typeof matched === 'object' ? 'error' : matched ? 'asked' : 'excluded'
    observer?.matched(o.name, outcome, (performance.now() - began) / 1000)
    return matched
  }
  return {
    name: o.name,
    authorize(user, attributes) {
      const spec = specOf(user, attributes)
      const matched = conditions === undefined || matches(conditions, spec)
      if (typeof matched === 'object') return { decision: onFailure, reason: '', error: errorText(matched.errors) }
      if (!matched) return noOpinion
      const key = JSON.stringify(spec)
      const known = kept.get(key)
      return known === undefined ? asked(spec, key, attributes) : decisionOf(known)
    },
    rulesFor: () => ({
      ...{ resourceRules: [], nonResourceRules: [], incomplete: true },
      errors: ['webhook authorizer does not support user rule resolution'],
    }),
  }
}

function statusOf(answer: JsonObject): Status {
  const status = new GoFields(answer, 'SubjectAccessReview').object('status', 'SubjectAccessReviewStatus')
  status.text('evaluationError')
  return { allowed: status.bool('allowed'), denied: status.bool('denied'), reason: status.text('reason') }
}

function decisionOf({ allowed, denied, reason }: Status): Decision {
  if (denied && allowed) return { decision: 'deny', reason, error: 'webhook subject access review returned both allow and deny response' }
  return { decision: denied ? 'deny' : allowed ? 'allow' : 'no-opinion', reason }
}

const controlledBy = (a: Attributes): number =>
  [a.namespace, a.verb, a.apiGroup, a.apiVersion, a.resource, a.subresource, a.name, a.path].reduce((n, text) => n + text.length, 0)

/** Fields in the order of Go's type; empty ones are left out. */
function specOf({ name, groups, extra, uid }: UserInfo, a: Attributes): JsonObject {
  const what = a.isResourceRequest
    ? { resourceAttributes: resourceAttributes(a) }
    : { nonResourceAttributes: withoutEmpty({ path: a.path, verb: a.verb }) }
  return {
    ...what,
    ...withoutEmpty({ user: name }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(extra === undefined || Object.keys(extra).length === 0 ? {} : { extra: sorted(extra) }),
    ...withoutEmpty({ uid: uid ?? '' }),
  }
}

const sorted = <T>(map: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(map).sort(([a], [b]) => (a < b ? -1 : 1)))

const withoutEmpty = (fields: Readonly<Record<string, string>>): JsonObject =>
  Object.fromEntries(Object.entries(fields).filter(([, text]) => text !== ''))

/** The old version has its groups under another name. */
function specIn(version: 'v1' | 'v1beta1', spec: JsonObject): JsonObject {
  if (version === 'v1') return spec
  return Object.fromEntries(Object.entries(spec).map(([key, value]) => [key === 'groups' ? 'group' : key, value]))
}

const OPERATORS: Readonly<Record<LabelOperator, string | undefined>> = {
  ...{ '=': 'In', '==': 'In', in: 'In', '!=': 'NotIn', notin: 'NotIn', exists: 'Exists', '!': 'DoesNotExist' },
  // They are not in the API: without them more is asked for than is wanted, never less.
  ...{ '>': undefined, '<': undefined },
}

function resourceAttributes(a: Attributes): JsonObject {
  const { namespace, verb, apiGroup: group, apiVersion: version, resource, subresource, name } = a
  const fields = fieldRequirements(a).map(({ field, operator, value }) => ({
    key: field,
    operator: operator === '=' ? 'In' : 'NotIn',
    values: [value],
  }))
  const labels = labelRequirements(a).flatMap(({ key, operator, values }) => {
    const known = OPERATORS[operator]
    return known === undefined ? [] : [{ key, operator: known, ...(values.length === 0 ? {} : { values }) }]
  })
  return {
    ...withoutEmpty({ namespace, verb, group, version, resource, subresource, name }),
    ...(fields.length === 0 ? {} : { fieldSelector: { requirements: fields } }),
    ...(labels.length === 0 ? {} : { labelSelector: { requirements: labels } }),
  }
}
