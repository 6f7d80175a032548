import { expect, test } from 'vitest'
import type { Pod } from '../../pods/types.ts'
import { fateOf, unmet } from './plan.ts'

const owner = (kind: string) => ({ ownerReferences: [{ apiVersion: 'apps/v1', kind, name: 'o', uid: 'o', controller: true }] })
const pod = (metadata: object, more: object = {}): Pod => ({ metadata: { name: 'p', ...metadata }, ...more })

test.each<[string, Pod, string, string[]]>([
  ['of a ReplicaSet', pod(owner('ReplicaSet')), 'evict', []],
  ['of a DaemonSet', pod(owner('DaemonSet')), 'daemonSet', []],
  ['of a DaemonSet, ended', pod(owner('DaemonSet'), { status: { phase: 'Failed' } }), 'evict', []],
  ['static', pod({ annotations: { 'kubernetes.io/config.mirror': 'x' } }), 'mirror', []],
  ['of nobody', pod({}), 'evict', ['force']],
  ['of nobody, ended', pod({}, { status: { phase: 'Succeeded' } }), 'evict', []],
  ['with an emptyDir', pod(owner('ReplicaSet'), { spec: { volumes: [{ name: 'v', emptyDir: {} }] } }), 'evict', ['emptyDir']],
  ['of nobody with an emptyDir', pod({}, { spec: { volumes: [{ name: 'v', emptyDir: {} }] } }), 'evict', ['force', 'emptyDir']],
])('a pod %s', (_, of, fate, needs) => expect(fateOf(of)).toEqual({ pod: of, fate, needs }))

test('what was agreed to holds nothing up', () => {
  const fates = [fateOf(pod({})), fateOf(pod(owner('ReplicaSet'), { spec: { volumes: [{ name: 'v', emptyDir: {} }] } }))]
  expect(unmet(fates, { force: false, emptyDir: false })).toHaveLength(2)
  expect(unmet(fates, { force: true, emptyDir: false })).toEqual([fates[1]])
  expect(unmet(fates, { force: true, emptyDir: true })).toEqual([])
})
