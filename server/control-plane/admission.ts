import {
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  clusterTrustBundleAttest,
  podCertificateSigning,
} from '../admission/certificates.ts'
import { admissionChain } from '../admission/chain.ts'
import type { Admission, AdmissionPlugin } from '../admission/contract.ts'
import { defaultIngressClass, defaultStorageClass } from '../admission/default-class.ts'
import { defaultTolerationSeconds } from '../admission/default-toleration-seconds.ts'
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
import { mutatingWebhooks } from '../admission/webhooks/mutating.ts'
import { validatingWebhooks } from '../admission/webhooks/validating.ts'
import type { Authorizer } from '../authz/contract.ts'
import type { Entry } from '../cache/entry.ts'
import type { ResourceCache } from '../cache/resource-cache.ts'
import type { Log } from '../machinery/log.ts'
import type { Clock } from '../machinery/clock.ts'
import type { LimitedResource } from '../quota/check.ts'
import type { CallWebhook } from '../webhook/call.ts'
import type { ClientCredentials } from '../webhook/client-credentials.ts'
import { RegistryForms } from '../registry/object-forms.ts'
import type { Registry } from '../registry/registry.ts'
import type { Store } from '../registry/generic/store.ts'
import { quotaLookup } from './quota-lookup.ts'

/** Plugins that run only when they are switched on. */
const OFF_BY_DEFAULT = new Set(['ExtendedResourceToleration'])

/** What plugins are told (`--admission-control-config-file`). */
export interface PluginConfigurations {
  readonly podSecurity?: PodSecurityConfiguration
  readonly limitedResources?: readonly LimitedResource[]
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
}

/**
 * The plugins of this server in upstream's order (`kubeapiserver/options/plugins.go`), of which the options choose.
 * @param last rules of this server itself, after all plugins but the one that counts
 */
export function admissionOf(
  registry: Registry,
  authorizer: Authorizer,
  { clock, enabledPlugins = [], disabledPlugins = [], plugins: told = {}, log }: AdmissionOptions,
  { webhookCalls, webhookMetrics }: { webhookCalls: (credentials?: ClientCredentials) => CallWebhook; webhookMetrics: WebhookMetrics },
  ...last: readonly AdmissionPlugin[]
): Admission {
  const lister = (resource: string): Lister => listerOf(registry.store(resource))
  const namespaces = clusterWide(lister('namespaces'))
  const storageClasses = clusterWide(lister('storageclasses.storage.k8s.io'))
  const webhooks = {
    namespaces,
    forms: new RegistryForms(registry),
    ...{ authorizer, metrics: webhookMetrics },
    onIgnored: (webhook: string, error: string): void =>
      log.warn({ webhook, error }, 'a webhook could not be called, which its failurePolicy ignores'),
  }
  const configurations = (resource: string): ResourceCache => registry.store(`${resource}.admissionregistration.k8s.io`).resource.cache
  const plugins = [
    namespaceLifecycle(namespaces),
    limitRanger({ cached: lister('limitranges').all }),
    serviceAccount(lister('serviceaccounts'), (ms) => new Promise((done) => void clock.setTimeout(done, ms))),
    nodeRestriction({ authorizer, lookup: lister }),
    taintNodesByCondition,
    podSecurity({
      namespaces,
      pods: lister('pods').all,
      ...(told.podSecurity === undefined ? {} : { configuration: told.podSecurity }),
    }),
    priority(clusterWide(lister('priorityclasses.scheduling.k8s.io'))),
    defaultTolerationSeconds,
    extendedResourceToleration,
    defaultStorageClass(storageClasses.all),
    storageObjectInUseProtection,
    persistentVolumeClaimResize(storageClasses.cached),
    runtimeClass(clusterWide(lister('runtimeclasses.node.k8s.io'))),
    certificateApproval(authorizer),
    certificateSigning(authorizer),
    clusterTrustBundleAttest(authorizer),
    certificateSubjectRestriction,
    defaultIngressClass(clusterWide(lister('ingressclasses.networking.k8s.io')).all),
    podTopologyLabels(clusterWide(lister('nodes')).cached),
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
    enabledPlugins.includes(name) || !(OFF_BY_DEFAULT.has(name) || disabledPlugins.includes(name))
  return admissionChain([...plugins.filter(isOn), podCertificateSigning(authorizer), ...last, ...[quota].filter(isOn)])
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
