import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../machinery/types.ts'
import { parseApiVersion } from '../machinery/types.ts'
import { recorded } from '../testing/recorded.ts'
import { convert } from './versions.ts'

// Objects as the reference answered them in one version and another (of CustomResourceDefinitions, as it stored them).
const pairs = recorded<[KubeObject, KubeObject][]>('conversion/pairs').map(([one, other]) => ({
  name: `${one.apiVersion} ${one.kind} ${one.metadata.name}`,
  one,
  other,
}))
const gv = (object: KubeObject) => parseApiVersion(object.apiVersion!)!

describe('conversion', () => {
  test.each(pairs)('of $name and back', ({ one, other }) => {
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
