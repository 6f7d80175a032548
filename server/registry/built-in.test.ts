import { expect, test } from 'vitest'
import { qualified } from '../machinery/status.ts'
import { apiVersionOf } from '../machinery/types.ts'
import { scheme } from '../scheme/index.ts'
import { builtInDefinitions } from './built-in.ts'
import type { Strategy } from './generic/strategy.ts'
import { RequestedDurations } from './certificates/requested-durations.ts'
import { builtInKinds } from '../control-plane/kinds.ts'

const unused = (): never => {
  throw new Error('no request is made here')
}
const kinds = builtInKinds({
  connect: { pods: {}, nodes: {}, services: {} },
  services: { allocators: unused as never },
  tokens: undefined,
  store: unused,
  authorize: unused,
  eventTtlSeconds: 1,
  ignoresTokenUid: false,
  requestedDurations: new RequestedDurations(),
})
const definitions = builtInDefinitions(scheme, kinds)

// Keys and versions read from the etcd of a kube-apiserver 1.37.2 that was given one object of each.
test.each([
  ['', 'v1', 'nodes', 'minions', 'v1'],
  ['', 'v1', 'services', 'services/specs', 'v1'],
  ['', 'v1', 'endpoints', 'services/endpoints', 'v1'],
  ['', 'v1', 'replicationcontrollers', 'controllers', 'v1'],
  ['', 'v1', 'pods', 'pods', 'v1'],
  ['apps', 'v1', 'deployments', 'deployments', 'apps/v1'],
  ['networking.k8s.io', 'v1', 'ingresses', 'ingress', 'networking.k8s.io/v1'],
  ['networking.k8s.io', 'v1', 'ingressclasses', 'ingressclasses', 'networking.k8s.io/v1'],
  ['', 'v1', 'events', 'events', 'v1'],
  ['events.k8s.io', 'v1', 'events', 'events', 'v1'],
  ['autoscaling', 'v1', 'horizontalpodautoscalers', 'horizontalpodautoscalers', 'autoscaling/v2'],
  ['coordination.k8s.io', 'v1', 'leases', 'leases', 'coordination.k8s.io/v1'],
  ['rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', 'clusterrolebindings', 'rbac.authorization.k8s.io/v1'],
  ['certificates.k8s.io', 'v1', 'clustertrustbundles', 'clustertrustbundles', 'certificates.k8s.io/v1beta1'],
  ['resource.k8s.io', 'v1', 'devicetaintrules', 'devicetaintrules', 'resource.k8s.io/v1beta2'],
  ['storagemigration.k8s.io', 'v1', 'storageversionmigrations', 'storageversionmigrations', 'storagemigration.k8s.io/v1beta1'],
  [
    'apiextensions.k8s.io',
    'v1',
    'customresourcedefinitions',
    'apiextensions.k8s.io/customresourcedefinitions',
    'apiextensions.k8s.io/v1beta1',
  ],
  ['apiregistration.k8s.io', 'v1', 'apiservices', 'apiregistration.k8s.io/apiservices', 'apiregistration.k8s.io/v1'],
])('%s/%s %s is stored where the reference stores it', (group, version, resource, prefix, apiVersion) => {
  const { storage } = definitions.find((d) =>
    d.versions.some(({ facts }) => facts.group === group && facts.version === version && facts.resource === resource),
  )!
  expect([storage.prefix, apiVersionOf(storage.group, storage.version)]).toEqual([prefix, apiVersion])
})

test('each kind is a resource of the facts table, and stands in it once', () => {
  const names = kinds.map(qualified)
  expect(names.filter((name) => !scheme.resources.some((r) => qualified(r) === name))).toEqual([])
  expect(new Set(names).size).toBe(names.length)
})

test('no two definitions share a prefix, and each is stored in a version that there is', () => {
  const prefixes = definitions.map((d) => d.storage.prefix)
  expect(new Set(prefixes).size).toBe(prefixes.length)
  for (const { storage, kind } of definitions) expect(scheme.typeOf(storage.group, storage.version, kind), kind).toBeDefined()
})

test('Events are one resource in two groups', () => {
  const events = definitions.filter((d) => d.kind === 'Event')
  expect(events.map((d) => d.versions.map(({ facts }) => facts.group))).toEqual([['', 'events.k8s.io']])
  const [core, other] = events[0]!.versions
  expect(other!.table).toBe(core!.table)
  expect([core!.fieldLabels, other!.fieldLabels?.names?.['regarding.kind']]).toEqual([undefined, 'involvedObject.kind'])
})

test('what is particular to a kind reaches its definition', () => {
  const of = (name: string) => definitions.find((d) => qualified(d) === name)!
  expect(of('endpoints').warnings?.deprecation).toContain('v1 Endpoints is deprecated')
  expect(of('jobs.batch').strategy.defaultGarbageCollectionPolicy).toBe('OrphanDependents')
  expect(of('leases.coordination.k8s.io').strategy).toMatchObject({ allowCreateOnUpdate: true, allowUnconditionalUpdate: false })
  expect(of('jobs.batch').versions[0]!.fieldLabels?.unsupported?.('a')).toBe('field label "a" not supported for Job')
  expect(Object.keys(of('statefulsets.apps').versions[0]!.subresources)).toEqual(['scale'])
})

const A = '.admissionregistration.k8s.io'
const POLICIES = [
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
]
const WEBHOOKS = ['mutatingwebhookconfigurations', 'validatingwebhookconfigurations']
const ROLES = ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'].map((r) => `${r}.rbac.authorization.k8s.io`)
const named = (text: string, group = ''): string[] => text.split(' ').map((name) => `${name}${group}`)

// Read from kube-apiserver 1.37.2: pkg/registry/*/*/strategy.go and storage.go, and those of apiextensions-apiserver and kube-aggregator.
test.each<[string, (s: Strategy) => boolean, string[]]>([
  [
    'AllowCreateOnUpdate',
    (s) => s.allowCreateOnUpdate === true,
    [...named('leases.coordination.k8s.io endpoints events limitranges services runtimeclasses.node.k8s.io'), ...ROLES],
  ],
  ['forceAllowCreate of a status', (s) => s.allowCreateOnStatusApply === true, [`validatingadmissionpolicies${A}`]],
  [
    'no AllowUnconditionalUpdate',
    (s) => s.allowUnconditionalUpdate === false,
    [
      ...[...POLICIES, ...WEBHOOKS].map((r) => `${r}${A}`),
      ...named('clustertrustbundles podcertificaterequests', '.certificates.k8s.io'),
      ...named('csidrivers csinodes csistoragecapacities volumeattachments', '.storage.k8s.io'),
      ...named('apiservices.apiregistration.k8s.io customresourcedefinitions.apiextensions.k8s.io leases.coordination.k8s.io'),
      ...named('runtimeclasses.node.k8s.io poddisruptionbudgets.policy devicetaintrules.resource.k8s.io'),
      'storageversionmigrations.storagemigration.k8s.io',
    ],
  ],
  [
    'ReturnDeletedObject',
    (s) => s.returnDeletedObject === true,
    [
      ...named('namespaces persistentvolumeclaims persistentvolumes pods podtemplates resourcequotas serviceaccounts services'),
      ...named('deviceclasses resourceclaims resourceclaimtemplates resourceslices', '.resource.k8s.io'),
      ...named('csidrivers csinodes storageclasses volumeattachments volumeattributesclasses', '.storage.k8s.io'),
    ],
  ],
  [
    'ResetObjectMetaForStatus',
    (s) => s.resetMetadataForStatus === true,
    [
      ...named('podcertificaterequests.certificates.k8s.io servicecidrs.networking.k8s.io'),
      ...named('resourceclaims devicetaintrules', '.resource.k8s.io'),
      ...named('volumeattachments csinodes', '.storage.k8s.io'),
      ...named(`validatingadmissionpolicies${A} storageversionmigrations.storagemigration.k8s.io`),
    ],
  ],
  [
    'all of the old metadata with a status',
    (s) => s.resetMetadataForStatus === 'all',
    named('flowschemas prioritylevelconfigurations', '.flowcontrol.apiserver.k8s.io'),
  ],
  ['a part of it', (s) => Array.isArray(s.resetMetadataForStatus), ['apiservices.apiregistration.k8s.io']],
  [
    'no look at names with a status',
    (s) => s.nameNotOnStatus === true,
    named('namespaces nodes persistentvolumeclaims persistentvolumes pods csinodes.storage.k8s.io apiservices.apiregistration.k8s.io'),
  ],
  [
    'a garbage collection policy of their own',
    (s) => s.defaultGarbageCollectionPolicy !== undefined,
    named('events jobs.batch replicationcontrollers'),
  ],
  [
    'names that only have to fit into a path',
    (s) => s.nameErrors?.('A:b', false, { metadata: {} }).length === 0,
    [...named('events certificatesigningrequests.certificates.k8s.io poddisruptionbudgets.policy'), ...ROLES],
  ],
])('%s: the kinds of the reference', (_, has, names) => {
  expect(
    definitions
      .filter((d) => has(d.strategy))
      .map((d) => qualified(d))
      .sort(),
  ).toEqual(names.sort())
})
