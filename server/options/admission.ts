import { unreadable } from './files.ts'
import type { Family } from './flag.ts'

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

export interface AdmissionOptions {
  enabledPlugins: readonly string[]
  disabledPlugins: readonly string[]
  /** Empty: none. */
  configFile: string
  notReadySeconds: number
  unreachableSeconds: number
}

/** Admission plugins of kube-apiserver 1.37 that this server has (control-plane.ts) and that run by default, in the order in which they run. */
const own = words(`
  NamespaceLifecycle
  LimitRanger
  ServiceAccount
  NodeRestriction
  TaintNodesByCondition
  PodSecurity
  Priority
  DefaultTolerationSeconds
  DefaultStorageClass
  StorageObjectInUseProtection
  PersistentVolumeClaimResize
  RuntimeClass
  CertificateApproval
  CertificateSigning
  ClusterTrustBundleAttest
  CertificateSubjectRestriction
  DefaultIngressClass
  PodTopologyLabels
  NodeDeclaredFeatureValidator
  PodResizeValidator
  MutatingAdmissionWebhook
  ValidatingAdmissionWebhook
  ResourceQuota
`)

/** Those that it has and that run only when they are switched on. */
export const offByDefault = words(`
  AlwaysAdmit
  AlwaysDeny
  AlwaysPullImages
  DenyServiceExternalIPs
  EventRateLimit
  ExtendedResourceToleration
  ImagePolicyWebhook
  LimitPodHardAntiAffinityTopology
  NamespaceAutoProvision
  NamespaceExists
  OwnerReferencesPermissionEnforcement
  PodNodeSelector
  PodTolerationRestriction
`)

/** Those that it knows by name only. PodGroupProtection is one: of its kind nothing is served, here and by default upstream. */
const others = words(`
  MutatingAdmissionPolicy
  PodGroupProtection
  ValidatingAdmissionPolicy
`)

const known: ReadonlySet<string> = new Set([...own, ...offByDefault, ...others])

export const admission: Family<AdmissionOptions> = {
  title: 'Admission',
  defaults: { enabledPlugins: [], disabledPlugins: [], configFile: '', notReadySeconds: 300, unreachableSeconds: 300 },
  flags: {
    'enable-admission-plugins': {
      field: 'enabledPlugins',
      type: 'strings',
      help: `Admission plugins to switch on (${offByDefault.join(', ')}). On unless switched off: ${own.join(', ')}.`,
    },
    'disable-admission-plugins': { field: 'disabledPlugins', type: 'strings', help: 'Admission plugins to switch off.' },
    'default-not-ready-toleration-seconds': {
      field: 'notReadySeconds',
      type: 'int',
      help: 'How long pods stay on a node that is not ready, unless they say otherwise.',
    },
    'default-unreachable-toleration-seconds': {
      field: 'unreachableSeconds',
      type: 'int',
      help: 'How long pods stay on a node that is not reached, unless they say otherwise.',
    },
    'admission-control-config-file': {
      field: 'configFile',
      type: 'string',
      help: 'AdmissionConfiguration with what plugins are told: PodSecurity its defaults and exemptions, ResourceQuota what needs a quota, webhooks the kubeconfig with what is shown to them, EventRateLimit, ImagePolicyWebhook, PodNodeSelector and PodTolerationRestriction what they are there for.',
    },
  },
  validate: ({ enabledPlugins: on, disabledPlugins: off, configFile }) => [
    ...unreadable({ 'admission-control-config-file': configFile }),
    ...unknown('enable-admission-plugins', on),
    ...unknown('disable-admission-plugins', off),
    ...overlap(on, off),
  ],
  warnings: ({ enabledPlugins: on }) =>
    on
      .filter((name) => !own.includes(name) && !offByDefault.includes(name))
      .map((name) => `--enable-admission-plugins=${name} has no effect: this server does not have it`),
}

// apiserver/pkg/server/options/admission.go, Validate.
const unknown = (flag: string, names: readonly string[]): string[] =>
  names.filter((name) => !known.has(name)).map((name) => `${flag} plugin ${JSON.stringify(name)} is unknown`)

function overlap(on: readonly string[], off: readonly string[]): string[] {
  const both = [...new Set(on.filter((name) => off.includes(name)))].sort()
  return both.length === 0 ? [] : [`[${both.join(' ')}] in enable-admission-plugins and disable-admission-plugins overlapped`]
}
