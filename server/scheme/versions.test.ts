import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../machinery/types.ts'
import { parseApiVersion } from '../machinery/types.ts'
import { normalize } from './check.ts'
import pairs from './conversion/testing/pairs.json' with { type: 'json' }
import { scheme } from './index.ts'
import { convert, storageEncoding, storagePrefix, storageVersion } from './versions.ts'

// Objects as the reference answered them in one version and another (of CustomResourceDefinitions, as it stored them).
const recorded = (pairs as unknown as [KubeObject, KubeObject][]).map(([one, other]) => ({
  name: `${one.apiVersion} ${one.kind} ${one.metadata.name}`,
  one,
  other,
}))
const gv = (object: KubeObject) => parseApiVersion(object.apiVersion!)!

describe('conversion', () => {
  test.each(recorded)('of $name and back', ({ one, other }) => {
    expect(JSON.stringify(convert(one, gv(one), gv(other)))).toBe(JSON.stringify(other))
    const back = convert(other, gv(other), gv(one))
    // autoscaling/v1 orders metrics in its own way and has no missing values; what it holds must be all there is.
    expect(JSON.stringify(convert(back, gv(one), gv(other)))).toBe(JSON.stringify(other))
    if (one.kind !== 'HorizontalPodAutoscaler') expect(JSON.stringify(back)).toBe(JSON.stringify(one))
  })

  test('to the same version is the object itself, and shapes that agree only change their name', () => {
    const bundle = { kind: 'ClusterTrustBundle', apiVersion: 'certificates.k8s.io/v1', metadata: { name: 'a' }, spec: { trustBundle: 'x' } }
    const from = gv(bundle)
    expect(convert(bundle, from, from)).toBe(bundle)
    const apiVersion = 'certificates.k8s.io/v1beta1'
    expect(convert(bundle, from, { group: 'certificates.k8s.io', version: 'v1beta1' })).toEqual({ ...bundle, apiVersion })
  })

  test('an autoscaler without metrics has a CPU target of 80 in v2; broken annotations are passed over', () => {
    const annotations = { 'autoscaling.alpha.kubernetes.io/metrics': '{', 'autoscaling.alpha.kubernetes.io/behavior': '[]', mine: 'x' }
    const v1 = { kind: 'HorizontalPodAutoscaler', apiVersion: 'autoscaling/v1', metadata: { annotations }, spec: { maxReplicas: 2 } }
    const v2 = convert(v1, gv(v1), { group: 'autoscaling', version: 'v2' })
    expect(v2.metadata.annotations).toEqual({ mine: 'x' })
    expect(v2.spec).toMatchObject({
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } } }],
    })
    expect(v2.spec).not.toHaveProperty('behavior')
  })

  test('a definition of v1beta1 with a version and no list of them', () => {
    const old = {
      kind: 'CustomResourceDefinition',
      apiVersion: 'apiextensions.k8s.io/v1beta1',
      metadata: {},
      spec: { version: 'v1', group: 'g' },
    }
    const made = convert(old, gv(old), { group: 'apiextensions.k8s.io', version: 'v1' })
    expect(made.spec).toMatchObject({ group: 'g', versions: [{ name: 'v1', served: true, storage: true }] })
    expect(made.spec).not.toHaveProperty('version')
  })
})

describe('storage', () => {
  const of = (group: string, version: string, resource: string) => scheme.resource(group, version, resource)!

  // Keys and versions read from the etcd of a kube-apiserver 1.37.2 that was given one object of each.
  test.each([
    ['', 'v1', 'nodes', '/registry/minions', 'v1'],
    ['', 'v1', 'services', '/registry/services/specs', 'v1'],
    ['', 'v1', 'endpoints', '/registry/services/endpoints', 'v1'],
    ['', 'v1', 'replicationcontrollers', '/registry/controllers', 'v1'],
    ['', 'v1', 'pods', '/registry/pods', 'v1'],
    ['apps', 'v1', 'deployments', '/registry/deployments', 'apps/v1'],
    ['networking.k8s.io', 'v1', 'ingresses', '/registry/ingress', 'networking.k8s.io/v1'],
    ['networking.k8s.io', 'v1', 'ingressclasses', '/registry/ingressclasses', 'networking.k8s.io/v1'],
    ['', 'v1', 'events', '/registry/events', 'v1'],
    ['events.k8s.io', 'v1', 'events', '/registry/events', 'v1'],
    ['autoscaling', 'v1', 'horizontalpodautoscalers', '/registry/horizontalpodautoscalers', 'autoscaling/v2'],
    ['coordination.k8s.io', 'v1', 'leases', '/registry/leases', 'coordination.k8s.io/v1'],
    ['rbac.authorization.k8s.io', 'v1', 'clusterrolebindings', '/registry/clusterrolebindings', 'rbac.authorization.k8s.io/v1'],
    ['certificates.k8s.io', 'v1', 'clustertrustbundles', '/registry/clustertrustbundles', 'certificates.k8s.io/v1beta1'],
    ['resource.k8s.io', 'v1', 'devicetaintrules', '/registry/devicetaintrules', 'resource.k8s.io/v1beta2'],
    ['storagemigration.k8s.io', 'v1', 'storageversionmigrations', '/registry/storageversionmigrations', 'storagemigration.k8s.io/v1beta1'],
    [
      'apiextensions.k8s.io',
      'v1',
      'customresourcedefinitions',
      '/registry/apiextensions.k8s.io/customresourcedefinitions',
      'apiextensions.k8s.io/v1beta1',
    ],
    ['apiregistration.k8s.io', 'v1', 'apiservices', '/registry/apiregistration.k8s.io/apiservices', 'apiregistration.k8s.io/v1'],
  ])('%s/%s %s', (group, version, resource, prefix, apiVersion) => {
    const facts = of(group, version, resource)
    expect(storagePrefix(facts)).toBe(prefix)
    expect(storageVersion(facts)).toEqual(parseApiVersion(apiVersion))
  })

  test('custom resources have their group in the key', () => {
    const foos = { group: 'a.example.com', version: 'v1', resource: 'foos' }
    expect(storagePrefix(foos)).toBe('/registry/a.example.com/foos')
    expect(storageVersion(foos)).toEqual({ group: 'a.example.com', version: 'v1' })
    expect(storageEncoding(foos)).toBe('json')
    expect(storageEncoding(of('', 'v1', 'pods'))).toBe('protobuf')
    expect(storageEncoding(of('apiextensions.k8s.io', 'v1', 'customresourcedefinitions'))).toBe('json')
  })

  test('two resources share a prefix only when they are one', () => {
    const seen = new Map<string, string>()
    for (const r of scheme.resources) {
      const stored = storageVersion(r)
      const prefix = storagePrefix(r)
      expect(seen.get(prefix) ?? r.kind).toBe(r.kind)
      seen.set(prefix, r.kind)
      expect(scheme.typeOf(stored.group, stored.version, r.kind), r.kind).toBeDefined()
      expect(() => normalize(scheme.type(r.type)!, {})).not.toThrow()
    }
  })
})
