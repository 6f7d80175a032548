import type { Entry } from '../../cache/entry.ts'
import type { ResourceCache } from '../../cache/resource-cache.ts'
import type { Authorizer } from '../../authz/contract.ts'
import type { LabelSelectorObject } from '../../machinery/labels.ts'
import type { GroupVersionKind, KubeObject } from '../../machinery/types.ts'
import type { CallWebhook, WebhookAddress } from '../../webhook/call.ts'
import type { AdmissionAttributes } from '../contract.ts'

/** A webhook as configurations have it, defaults put in (admissionregistration.k8s.io/v1). */
export interface WebhookObject {
  readonly name: string
  readonly clientConfig: WebhookAddress
  readonly rules?: readonly RuleObject[]
  readonly failurePolicy?: 'Ignore' | 'Fail'
  readonly matchPolicy?: 'Exact' | 'Equivalent'
  readonly namespaceSelector?: LabelSelectorObject
  readonly objectSelector?: LabelSelectorObject
  readonly sideEffects?: string
  readonly timeoutSeconds?: number
  readonly admissionReviewVersions?: readonly string[]
  readonly reinvocationPolicy?: 'Never' | 'IfNeeded'
  readonly matchConditions?: readonly { readonly name: string; readonly expression: string }[]
}

export interface RuleObject {
  readonly operations?: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly apiVersions?: readonly string[]
  readonly resources?: readonly string[]
  readonly scope?: 'Cluster' | 'Namespaced' | '*'
}

export interface GroupVersionResource {
  readonly group: string
  readonly version: string
  readonly resource: string
}

/** What is written, as one version of the API has it. Both functions may take time where a webhook converts; they throw Errors. */
export interface ObjectForm {
  readonly resource: GroupVersionResource
  readonly kind: GroupVersionKind
  /** An object of the write in this version; it may be the object itself. */
  show(obj: KubeObject): KubeObject | Promise<KubeObject>
  /** A document of this version as the write has its objects: without what the version does not know, with defaults. */
  take(document: unknown): KubeObject | Promise<KubeObject>
}

/** All versions in which something is served that is stored once; the one that the request speaks is the first. */
export interface ObjectForms {
  of(a: AdmissionAttributes): readonly [ObjectForm, ...ObjectForm[]]
  /** Changes when versions come or go. */
  readonly generation: number
}

export interface NamespaceLabels {
  /** From the cache, at once. */
  cached(name: string): Entry | undefined
  /** The newest state. */
  fresh(name: string): Promise<Entry | undefined>
}

export interface WebhookDependencies {
  /** The cache of its kind of configurations. */
  readonly configurations: ResourceCache
  readonly namespaces: NamespaceLabels
  readonly forms: ObjectForms
  readonly authorizer: Authorizer
  readonly call: CallWebhook
  readonly metrics: WebhookObserver
  /** Of calls that failed and were ignored. */
  onIgnored(webhook: string, error: string): void
}

export type WebhookType = 'admit' | 'validating'

/** Is told how calls ended (apiserver `admission/metrics`). */
export interface WebhookObserver {
  called(webhook: string, type: WebhookType, operation: string, seconds: number, rejected: boolean, code: number): void
  rejected(webhook: string, type: WebhookType, operation: string, error: string, code: number): void
  failedOpen(webhook: string, type: WebhookType): void
  excluded(webhook: string, type: WebhookType, operation: string): void
  conditionErrors(webhook: string, type: WebhookType, operation: string, count: number): void
  conditionsEvaluated(webhook: string, type: WebhookType, operation: string, seconds: number): void
}
