/** How kube-apiserver 1.37 stores each resource (key prefix and version), and conversion between the versions of a kind. */
import { type KubeObject, apiVersionOf } from '../machinery/types.ts'
import { normalize } from './check.ts'
import type { ResourceFacts } from './contract.ts'
import { fromV1beta1, toV1beta1 } from './conversion/custom-resource-definitions.ts'
import { coreToEvents, eventsToCore } from './conversion/events.ts'
import { toV1, toV2 } from './conversion/horizontal-pod-autoscalers.ts'
import { groups } from './facts.ts'
import { scheme } from './index.ts'

export interface GroupVersion {
  group: string
  version: string
}

/** Keys that do not end in the resource's name, by `group/resource`. Read from the reference's etcd. */
const prefixes = new Map([
  ['/endpoints', 'services/endpoints'],
  ['/nodes', 'minions'],
  ['/replicationcontrollers', 'controllers'],
  ['/services', 'services/specs'],
  ['networking.k8s.io/ingresses', 'ingress'],
  ['apiextensions.k8s.io/customresourcedefinitions', 'apiextensions.k8s.io/customresourcedefinitions'],
  ['apiregistration.k8s.io/apiservices', 'apiregistration.k8s.io/apiservices'],
])

/** Stored in another version than the one their group prefers, by `group/resource`. Read from the reference's etcd. */
const stored = new Map<string, GroupVersion>([
  ['events.k8s.io/events', { group: '', version: 'v1' }],
  ['apiextensions.k8s.io/customresourcedefinitions', { group: 'apiextensions.k8s.io', version: 'v1beta1' }],
  ['certificates.k8s.io/clustertrustbundles', { group: 'certificates.k8s.io', version: 'v1beta1' }],
  ['certificates.k8s.io/podcertificaterequests', { group: 'certificates.k8s.io', version: 'v1beta1' }],
  ['resource.k8s.io/devicetaintrules', { group: 'resource.k8s.io', version: 'v1beta2' }],
  ['storagemigration.k8s.io/storageversionmigrations', { group: 'storagemigration.k8s.io', version: 'v1beta1' }],
])

/** Kept as JSON by kube-apiserver; everything else is kept as protobuf. */
const storedAsJson = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io'])

/** The prefix of a resource's keys, without a slash at the end: `/registry/minions`. Custom resources have their group in it. */
export function storagePrefix(resource: Pick<ResourceFacts, 'group' | 'resource'>): string {
  const { group, resource: name } = resource
  const known = prefixes.get(`${group}/${name}`)
  if (known !== undefined) return `/registry/${known}`
  return groups.some((g) => g.name === group) ? `/registry/${name}` : `/registry/${group}/${name}`
}

/** The group and version that kube-apiserver writes into the store. */
export function storageVersion(resource: Pick<ResourceFacts, 'group' | 'version' | 'resource'>): GroupVersion {
  const known = stored.get(`${resource.group}/${resource.resource}`)
  if (known !== undefined) return known
  const preferred = groups.find((g) => g.name === resource.group)?.versions[0]
  return { group: resource.group, version: preferred ?? resource.version }
}

/** The encoding of the values that kube-apiserver writes. */
export const storageEncoding = (resource: Pick<ResourceFacts, 'group'>): 'json' | 'protobuf' =>
  storedAsJson.has(resource.group) || !groups.some((g) => g.name === resource.group) ? 'json' : 'protobuf'

type Convert = (object: Record<string, unknown>) => Record<string, unknown>

/** By `kind from to`. What is missing here has the same shape in both versions. */
const converters = new Map<string, Convert>([
  ['Event v1 events.k8s.io/v1', coreToEvents],
  ['Event events.k8s.io/v1 v1', eventsToCore],
  ['HorizontalPodAutoscaler autoscaling/v2 autoscaling/v1', toV1],
  ['HorizontalPodAutoscaler autoscaling/v1 autoscaling/v2', toV2],
  ['CustomResourceDefinition apiextensions.k8s.io/v1 apiextensions.k8s.io/v1beta1', toV1beta1],
  ['CustomResourceDefinition apiextensions.k8s.io/v1beta1 apiextensions.k8s.io/v1', fromV1beta1],
])

/**
 * The object in another version of its kind, in that version's normal form; the object itself when the versions are the same.
 * The object must be well typed (server/scheme/check.ts).
 */
export function convert(object: KubeObject, from: GroupVersion, to: GroupVersion): KubeObject {
  if (from.group === to.group && from.version === to.version) return object
  const kind = object.kind ?? ''
  const apiVersion = apiVersionOf(to.group, to.version)
  const found = converters.get(`${kind} ${apiVersionOf(from.group, from.version)} ${apiVersion}`)
  const made = { ...(found === undefined ? object : found(object)), apiVersion }
  const type = scheme.typeOf(to.group, to.version, kind)
  return (type === undefined ? made : normalize(type, made)) as KubeObject
}
