import type { AskedGate } from '../options/feature-gates.ts'
import {
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  clusterTrustBundleAttest,
  podCertificateSigning,
} from '../admission/certificates.ts'
import { alwaysAdmit, alwaysDeny } from '../admission/always.ts'
import { alwaysPullImages } from '../admission/always-pull-images.ts'
import { denyServiceExternalIPs } from '../admission/deny-service-external-ips.ts'
import { eventRateLimit, type EventLimit } from '../admission/event-rate-limit.ts'
import { imagePolicyWebhook, type ImagePolicy } from '../admission/image-policy-webhook.ts'
import { limitPodHardAntiAffinityTopology } from '../admission/limit-pod-hard-anti-affinity-topology.ts'
import { namespaceAutoProvision } from '../admission/namespace-auto-provision.ts'
import { namespaceExists } from '../admission/namespace-exists.ts'
import { nodeDeclaredFeatureValidator } from '../admission/node-declared-feature-validator.ts'
import { ownerReferencesPermissionEnforcement } from '../admission/owner-references-permission-enforcement.ts'
import { podNodeSelector } from '../admission/pod-node-selector.ts'
import { podResizeValidator } from '../admission/pod-resize-validator.ts'
import { podTolerationRestriction, type PodTolerations } from '../admission/pod-toleration-restriction.ts'
import { admissionChain } from '../admission/chain.ts'
import type { Admission, AdmissionPlugin } from '../admission/contract.ts'
import { defaultIngressClass, defaultStorageClass } from '../admission/default-class.ts'
import { defaultTolerationSeconds, TOLERATION_SECONDS, type TolerationSeconds } from '../admission/default-toleration-seconds.ts'
import { extendedResourceToleration } from '../admission/extended-resource-toleration.ts'
import { limitRanger } from '../admission/limit-ranger.ts'
import { namespaceLifecycle } from '../admission/namespace-lifecycle.ts'
import { nodeRestriction } from '../admission/node-restriction/index.ts'
import { podSecurity, type PodSecurityConfiguration } from '../admission/pod-security.ts'
import { podTopologyLabels } from '../admission/pod-topology-labels.ts'
import { priority } from '../admission/priority.ts'
import { resourceQuota } from '../admission/resource-quota.ts'
import { runtimeClass } from '../admission/runtime-class.ts'
import { serviceAccount } from '../admission/service-account.ts'
import { persistentVolumeClaimResize, storageObjectInUseProtection } from '../admission/storage-protection.ts'
import { taintNodesByCondition } from '../admission/taint-nodes-by-condition.ts'
import type { WebhookMetrics } from '../admission/webhooks/metrics.ts'
import type { AdmissionMetrics } from '../admission/metrics.ts'
import { mutatingWebhooks } from '../admission/webhooks/mutating.ts'
import { validatingWebhooks } from '../admission/webhooks/validating.ts'
import type { Authorizer } from '../authz/contract.ts'
import type { Entry } from '../cache/entry.ts'
import type { ResourceCache } from '../cache/resource-cache.ts'
import type { Log } from '../machinery/log.ts'
import type { Clock } from '../machinery/clock.ts'
import type { LimitedResource } from '../quota/check.ts'
import type { CallWebhook } from '../webhook/call.ts'
import type { KubeconfigContext } from '../webhook/kubeconfig-context.ts'
import { reviewWebhook } from '../webhook/review.ts'
import type { ClientCredentials } from '../webhook/client-credentials.ts'
import { createIn } from '../registry/generic/write.ts'
import { serverContext } from '../registry/generic/strategy.ts'
import { RegistryForms } from '../registry/object-forms.ts'
import type { Registry } from '../registry/registry.ts'
import type { Store } from '../registry/generic/store.ts'
import { offByDefault } from '../options/admission.ts'
import { scheme } from '../scheme/index.ts'
import { quotaLookup } from './quota-lookup.ts'

/** Of one call. */
const IMAGE_POLICY_TIMEOUT_MS = 30_000

/** What plugins are told (`--admission-control-config-file`). */
export interface PluginConfigurations {
  readonly podSecurity?: PodSecurityConfiguration
  readonly limitedResources?: readonly LimitedResource[]
  readonly eventLimits?: readonly EventLimit[]
  readonly imagePolicy?: Omit<ImagePolicy, 'ask' | 'clock'> & { readonly webhook: KubeconfigContext; readonly retryMs: number }
  readonly nodeSelectors?: Readonly<Record<string, string>>
  readonly podTolerations?: PodTolerations
  readonly tolerationSeconds?: TolerationSeconds
  /** What is shown to webhooks of each kind. */
  readonly mutating?: ClientCredentials
  readonly validating?: ClientCredentials
}

export interface AdmissionOptions {
  clock: Clock
  log: Log
  enabledPlugins?: readonly string[]
  disabledPlugins?: readonly string[]
  plugins?: PluginConfigurations
  closedGates?: ReadonlySet<AskedGate>
}

interface AdmissionWiring {
  readonly webhookCalls: (credentials?: ClientCredentials) => CallWebhook
  readonly webhookMetrics: WebhookMetrics
  readonly metrics: AdmissionMetrics
}

/**
 * The plugins of this server in upstream's order (`kubeapiserver/options/plugins.go`), of which the options choose.
 * @param last rules of this server itself, after all plugins but the one that counts
 */
export function admissionOf(
  registry: Registry,
  authorizer: Authorizer,
  { clock, enabledPlugins = [], disabledPlugins = [], plugins: told = {}, closedGates: closed, log }: AdmissionOptions,
  { webhookCalls, webhookMetrics, metrics }: AdmissionWiring,
  ...last: readonly AdmissionPlugin[]
): Admission {
  const lister = (resource: string): Lister => listerOf(registry.store(resource))
  const namespaces = clusterWide(lister('namespaces'))
  const storageClasses = clusterWide(lister('storageclasses.storage.k8s.io'))
  const webhooks = {
    namespaces,
    forms: new RegistryForms(registry, scheme),
    ...{ authorizer, metrics: webhookMetrics },
    onIgnored: (webhook: string, error: string): void =>
      log.warn({ webhook, error }, 'a webhook could not be called, which its failurePolicy ignores'),
  }
  const configurations = (resource: string): ResourceCache => registry.store(`${resource}.admissionregistration.k8s.io`).resource.cache
  const nodes = clusterWide(lister('nodes')).cached
  const createNamespace = async (name: string): Promise<void> => {
    const store = registry.store('namespaces')
    const context = { ...serverContext({ clock, admission: chain }), internal: false }
    await createIn(store, { object: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, namespace: '', context })
    // What is made in it next asks the cache for it.
    await store.find('', name)
  }
  const plugins = [
    alwaysAdmit,
    namespaceAutoProvision(namespaces, createNamespace),
    namespaceLifecycle(namespaces),
    namespaceExists(namespaces),
    limitPodHardAntiAffinityTopology,
    limitRanger({ cached: lister('limitranges').all }),
    serviceAccount(lister('serviceaccounts'), (ms) => new Promise((done) => void clock.setTimeout(done, ms))),
    nodeRestriction({ authorizer, lookup: lister, anyAudience: closed?.has('ServiceAccountNodeAudienceRestriction') === true }),
    taintNodesByCondition,
    alwaysPullImages,
    ...(told.imagePolicy === undefined ? [] : [imagePolicyOf(told.imagePolicy, clock)]),
    podSecurity({
      namespaces,
      pods: lister('pods').all,
      observer: metrics.podSecurity,
      ...(told.podSecurity === undefined ? {} : { configuration: told.podSecurity }),
    }),
    podNodeSelector(namespaces, told.nodeSelectors ?? {}),
    priority(clusterWide(lister('priorityclasses.scheduling.k8s.io'))),
    defaultTolerationSeconds(told.tolerationSeconds ?? TOLERATION_SECONDS),
    podTolerationRestriction(namespaces, told.podTolerations ?? { default: [], whitelist: [] }),
    eventRateLimit(told.eventLimits ?? [], clock),
    extendedResourceToleration,
    defaultStorageClass(storageClasses.all),
    storageObjectInUseProtection,
    ownerReferencesPermissionEnforcement({ authorizer, resourceOf: (...kind) => resourceOf(registry, ...kind) }),
    persistentVolumeClaimResize(storageClasses.cached),
    runtimeClass(clusterWide(lister('runtimeclasses.node.k8s.io'))),
    certificateApproval(authorizer),
    certificateSigning(authorizer),
    clusterTrustBundleAttest(authorizer),
    certificateSubjectRestriction,
    defaultIngressClass(clusterWide(lister('ingressclasses.networking.k8s.io')).all),
    denyServiceExternalIPs,
    podTopologyLabels(nodes),
    nodeDeclaredFeatureValidator(nodes),
    podResizeValidator(nodes),
    // Others go before this: webhooks see what they have made of an object, and quota is for what nobody refuses.
    mutatingWebhooks({
      ...webhooks,
      call: webhookCalls(told.mutating),
      configurations: configurations('mutatingwebhookconfigurations'),
    }),
    validatingWebhooks({
      ...webhooks,
      call: webhookCalls(told.validating),
      configurations: configurations('validatingwebhookconfigurations'),
    }),
  ]
  // What is counted must not be refused by anybody after that.
  const quota = resourceQuota({ ...quotaLookup(registry, clock), clock, limited: told.limitedResources ?? [] })
  const isOn = ({ name }: AdmissionPlugin): boolean =>
    enabledPlugins.includes(name) || !(offByDefault.includes(name) || disabledPlugins.includes(name))
  const all = [...plugins.filter(isOn), podCertificateSigning(authorizer), ...last, ...[quota, alwaysDeny].filter(isOn)]
  const chain: Admission = metrics.inAll(admissionChain(all.map((plugin) => metrics.observed(plugin))))
  return chain
}

function imagePolicyOf({ webhook, retryMs, ...policy }: NonNullable<PluginConfigurations['imagePolicy']>, clock: Clock): AdmissionPlugin {
  const ask = reviewWebhook(webhook, { clock, timeoutMs: IMAGE_POLICY_TIMEOUT_MS, firstWaitMs: retryMs, types: scheme })
  return imagePolicyWebhook({ ...policy, ask, clock })
}

/** As upstream's mapper knows it: a kind also in small letters, and its list by a resource that it guesses. */
function resourceOf(
  registry: Registry,
  ...[group, version, kind]: [string, string, string]
): { resource: string; namespaced: boolean } | undefined {
  for (const facts of registry.snapshot.facts) {
    if (facts.group !== group || facts.version !== version) continue
    const { resource, namespaced } = facts
    if (kind === facts.kind || kind === facts.kind.toLowerCase()) return { resource, namespaced }
    if (kind === `${facts.kind}List`) return { resource: `${kind.toLowerCase()}s`, namespaced }
  }
  return undefined
}

/** What plugins look things up with. */
interface Lister {
  cached(namespace: string, name: string): Entry | undefined
  /** As of this call. */
  fresh(namespace: string, name: string): Promise<Entry | undefined>
  /** Of a namespace, or '' for every one; from the cache. */
  all(namespace: string): Iterable<Entry>
}

const listerOf = (store: Store): Lister => ({
  cached: (namespace, name) => store.cached(namespace, name),
  fresh: (namespace, name) => store.find(namespace, name),
  all: (namespace) => store.resource.cache.list.entries({ namespace }),
})

/** For kinds without namespaces. */
const clusterWide = (lister: Lister) => ({
  cached: (name: string): Entry | undefined => lister.cached('', name),
  fresh: (name: string): Promise<Entry | undefined> => lister.fresh('', name),
  all: (): Iterable<Entry> => lister.all(''),
})
