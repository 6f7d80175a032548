import { expect, test } from 'vitest'
import type { Node, PodSpec } from '../../../client/objects.ts'
import { makeNode, makePod } from '../../testing/objects.ts'
import { placing } from '../../testing/place.ts'

const node = (name: string, ...declaredFeatures: string[]): Node => {
  const made = makeNode(name)
  return { ...made, status: { ...made.status, declaredFeatures } }
}
const rules = [{ action: 'RestartAllContainers', exitCodes: { operator: 'In', values: [1] } }]

test.each<[string, PodSpec]>([
  ['RestartAllContainersOnContainerExits', { initContainers: [{ name: 'i', restartPolicyRules: rules }] }],
  ['UserNamespacesHostNetworkSupport', { hostNetwork: true, hostUsers: false }],
  ['VolumeBindMountOptions', { containers: [{ name: 'c', volumeMounts: [{ name: 'v', bindMountOptions: ['noexec'] }] }] }],
])('a pod that needs %s goes where a node declares it', (feature, spec) => {
  const pod = makePod('p', {}, spec)
  expect(placing(pod, [node('a'), node('b', 'Other', feature)], []).nodeName).toBe('b')
  expect(placing(pod, [node('a', 'Other'), node('b')], []).message).toContain("2 node(s) didn't match Pod's required features")
})

test('a pod that needs nothing goes anywhere', () => {
  expect(placing(makePod('p', {}, { hostNetwork: true, hostUsers: true }), [node('a')], []).nodeName).toBe('a')
})
