import { growth } from '../../../machinery/testing/steps.ts'
import { expect, test } from 'vitest'
import { validatePodStatusUpdate } from './pod-status.ts'
import type { Pod, PodSpec, PodStatus } from './types.ts'

const list = <T>(n: number, one: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => one(i))
const pod = (spec: PodSpec, status: PodStatus): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p', namespace: 'n' },
  spec,
  status,
})
const containers = (n: number): PodSpec => ({ restartPolicy: 'Never', containers: list(n, (i) => ({ name: `c${i}` })) })
const statuses = (n: number, state: object, more: object = {}): PodStatus => ({
  containerStatuses: list(n, (i) => ({ name: `c${i}`, state, ...more })),
})
const allocated = { allocatedResourcesStatus: [{ name: 'claim:a', resources: [{ resourceID: 'r', health: 'Healthy' }] }] }

test.each<[string, (n: number) => [now: Pod, old: Pod]]>([
  [
    'containers that run again',
    (n) => [pod(containers(n), statuses(n, { running: {} })), pod(containers(n), statuses(n, { terminated: {} }))],
  ],
  ['allocated resources', (n) => [pod(containers(n), statuses(n, {}, allocated)), pod(containers(n), statuses(n, {}))]],
  [
    'claims',
    (n) => {
      const spec = { ...containers(1), resourceClaims: list(n, (i) => ({ name: `r${i}` })) }
      const now = pod(spec, { resourceClaimStatuses: list(n, (i) => ({ name: `r${i}` })) })
      return [now, pod(spec, {})]
    },
  ],
  [
    'claims of a container',
    (n) => {
      const spec = { containers: [{ name: 'c0', resources: { claims: list(n, (i) => ({ name: `r${i}` })) } }] }
      const states = list(n, (i) => ({ name: `claim:r${i}` }))
      return [pod(spec, { containerStatuses: [{ name: 'c0', allocatedResourcesStatus: states }] }), pod(spec, {})]
    },
  ],
])('a status with twice as many %s takes twice the steps', (_, make) => {
  expect(growth(200, make, ([now, old]) => validatePodStatusUpdate(now, old))).toBeLessThan(2.3)
})
