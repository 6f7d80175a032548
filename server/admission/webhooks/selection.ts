import { EXCLUDED_FROM_WEBHOOKS } from '../../apis/admissionregistration/v1/webhookconfiguration.ts'
import type { AuthorizationAnswer, AuthorizationCheck } from '../../cel/library/authorizer.ts'
import type { Attributes, Authorizer, Decision } from '../../authz/contract.ts'
import type { UserInfo } from '../../authn/contract.ts'
import { forbidden, notFound } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { AdmissionAttributes } from '../contract.ts'
import type { NamespaceLabels, ObjectForm, WebhookDependencies, WebhookType } from './contract.ts'
import type { Hook, Hooks } from './hooks.ts'
import { requestOf } from './review.ts'
import type { Matched } from './rules.ts'

/** A webhook whose rules name what is written, and the version that they name. */
export interface Candidate {
  readonly hook: Hook
  /** Of the webhook among all. */
  readonly index: number
  readonly form: ObjectForm
}

/** Nothing may stand in the way of whoever repairs a webhook. */
const OWN = 'admissionregistration.k8s.io'
const OWN_KINDS: ReadonlySet<string> = new Set(
  ['Webhook', 'Admission'].flatMap((what) =>
    ['Validating', 'Mutating'].flatMap((type) =>
      what === 'Webhook' ? [`${type}WebhookConfiguration`] : [`${type}AdmissionPolicy`, `${type}AdmissionPolicyBinding`],
    ),
  ),
)

const MAX_KEPT = 4096

/** Finds the webhooks for a write. What the rules say of a resource is kept until a configuration or a version changes. */
export class Selection {
  readonly #hooks: Hooks
  readonly #deps: WebhookDependencies
  readonly #kept = new Map<string, readonly Candidate[]>()
  #of = ''

  constructor(hooks: Hooks, deps: WebhookDependencies) {
    this.#hooks = hooks
    this.#deps = deps
  }

  /** By their rules alone; most writes have none. */
  candidates(a: AdmissionAttributes): readonly Candidate[] {
    if (this.#hooks.all.length === 0 || a.internal) return NONE
    const { group, resource } = a.resource
    // Asked about reviews of users, a webhook could keep everybody out.
    if (EXCLUDED_FROM_WEBHOOKS.has(`${resource}.${group}`) || (group === OWN && OWN_KINDS.has(a.kind.kind))) return NONE
    const now = `${this.#hooks.generation} ${this.#deps.forms.generation}`
    if (now !== this.#of || this.#kept.size >= MAX_KEPT) {
      this.#kept.clear()
      this.#of = now
    }
    const { requested, operation, subresource } = a
    // Whether it is in a namespace, not in which: rules do not name any.
    const key = `${operation} ${requested.group}/${requested.version}/${resource}/${subresource}/${a.kind.kind}/${a.namespace === '' ? '' : 'n'}`
    let found = this.#kept.get(key)
    if (found === undefined) this.#kept.set(key, (found = this.#matching(a)))
    return found
  }

  #matching(a: AdmissionAttributes): readonly Candidate[] {
    const { operation, subresource, namespace } = a
    const [own, ...others] = this.#deps.forms.of(a)
    const matched = (form: ObjectForm): Matched => ({ ...form.resource, operation, subresource, namespace })
    const asRequested = matched(own)
    return this.#hooks.all.flatMap((hook, index) => {
      if (hook.rules.some((rule) => rule.matches(asRequested))) return [{ hook, index, form: own }]
      if (hook.object.matchPolicy === 'Exact') return []
      // Earlier rules count first, whatever version they name.
      for (const rule of hook.rules) {
        const form = others.find((other) => rule.matches(matched(other)))
        if (form !== undefined) return [{ hook, index, form }]
      }
      return []
    })
  }

  /** Whether the selectors let it through, for an object as it is now. */
  async selects({ hook }: Candidate, a: AdmissionAttributes, object: KubeObject | undefined): Promise<boolean> {
    const { objectSelector } = hook
    if (!objectSelector.empty && !hasLabels(objectSelector, object) && !hasLabels(objectSelector, a.oldObject)) return false
    if (hook.namespaceSelector.empty) return true
    const isNamespace = a.resource.group === '' && a.resource.resource === 'namespaces'
    if (a.namespace === '' && !isNamespace) return true
    // What is being written is newer than what is stored.
    if (isNamespace && a.subresource === '' && object !== undefined) return hook.namespaceSelector.matches(object.metadata.labels)
    return hook.namespaceSelector.matches(await labelsOf(this.#deps.namespaces, a.namespace))
  }

  /** Whether the conditions are met. @throws StatusError 403 where that cannot be said, and failures count */
  async meets(
    { hook, form }: Candidate,
    a: AdmissionAttributes,
    type: WebhookType,
    object: KubeObject | undefined,
    oldObject: KubeObject | undefined,
  ): Promise<boolean> {
    if (hook.conditions.empty) return true
    const { metrics, authorizer } = this.#deps
    const { resource } = a.resource
    const { group } = a.requested
    const started = performance.now()
    const asker = new Asker(authorizer, a.user)
    const { name, namespace, subresource, operation } = a
    const result = await asker.answered((ask) =>
      hook.conditions.evaluate({
        ...{ object, oldObject, ask, request: requestOf({ form, attributes: a }) },
        resource: { group, resource, subresource, namespace, name },
      }),
    )
    metrics.conditionsEvaluated(hook.name, type, operation, (performance.now() - started) / 1000)
    if ('matches' in result) {
      if (!result.matches) metrics.excluded(hook.name, type, operation)
      return result.matches
    }
    if (result.evaluated) metrics.conditionErrors(hook.name, type, operation, result.errors.length)
    if (!hook.ignoresFailure) throw forbidden({ group, resource }, a.name, aggregate(result.errors))
    metrics.excluded(hook.name, type, operation)
    return false
  }
}

const NONE: readonly Candidate[] = []

/** apimachinery `util/errors`, Aggregate. */
function aggregate(errors: readonly string[]): string {
  const texts = [...new Set(errors)]
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`
}

/** Options of a connection have no labels. */
const hasLabels = (selector: Hook['objectSelector'], object: KubeObject | undefined): boolean =>
  (object as Partial<KubeObject> | undefined)?.metadata !== undefined && selector.matches(object!.metadata.labels)

async function labelsOf(namespaces: NamespaceLabels, name: string): Promise<Readonly<Record<string, string>> | undefined> {
  const entry = namespaces.cached(name) ?? (await namespaces.fresh(name))
  if (entry === undefined) throw notFound({ group: '', resource: 'namespaces' }, name)
  return entry.view().metadata.labels
}

/** An answer is awaited; the evaluation begins again when it is there. */
class Waiting extends Error {
  readonly answer: Promise<void>
  constructor(answer: Promise<void>) {
    super()
    this.answer = answer
  }
}

/** Answers checks of expressions, which cannot wait, by an authorizer that may take time. */
class Asker {
  readonly #authorizer: Authorizer
  readonly #user: UserInfo
  readonly #answers = new Map<string, AuthorizationAnswer>()

  constructor(authorizer: Authorizer, user: UserInfo) {
    this.#authorizer = authorizer
    this.#user = user
  }

  async answered<T>(evaluate: (ask: (check: AuthorizationCheck) => AuthorizationAnswer) => T): Promise<T> {
    for (;;) {
      try {
        return evaluate((check) => this.#ask(check))
      } catch (e) {
        if (!(e instanceof Waiting)) throw e
        await e.answer
      }
    }
  }

  #ask(check: AuthorizationCheck): AuthorizationAnswer {
    const key = JSON.stringify(check)
    const known = this.#answers.get(key)
    if (known !== undefined) return known
    const decision = this.#authorizer.authorize(userOf(check) ?? this.#user, attributesOf(check))
    if (!(decision instanceof Promise)) return answerOf(decision)
    const kept = decision.then(
      (d) => void this.#answers.set(key, answerOf(d)),
      (e: unknown) => {
        const error = e instanceof Error ? e.message : String(e)
        this.#answers.set(key, { allowed: false, reason: '', error })
      },
    )
    throw new Waiting(kept)
  }
}

const answerOf = ({ decision, reason, error = '' }: Decision): AuthorizationAnswer => ({ allowed: decision === 'allow', reason, error })

function userOf({ serviceAccount }: AuthorizationCheck): UserInfo | undefined {
  if (serviceAccount === undefined) return undefined
  const { namespace, name } = serviceAccount
  const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated']
  return { name: `system:serviceaccount:${namespace}:${name}`, groups }
}

function attributesOf(check: AuthorizationCheck): Attributes {
  const { verb, path, group, resource, subresource, namespace, name, fieldSelector, labelSelector } = check
  const isResourceRequest = path === ''
  return {
    ...{ isResourceRequest, verb, path, apiGroup: group, apiVersion: isResourceRequest ? '*' : '' },
    ...{ namespace, resource, subresource, name, fieldSelector, labelSelector },
  }
}
