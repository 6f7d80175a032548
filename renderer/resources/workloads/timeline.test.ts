import { expect, test } from 'vitest'
import type { KubeObject } from '../../kube/types.ts'
import type { Event } from '../events/view.ts'
import type { Pod } from '../pods/types.ts'
import { timelineOf } from './timeline.ts'

const at = (second: number): string => `2026-11-29T03:00:${String(second).padStart(2, '0')}Z`
const owner: KubeObject = { metadata: { name: 'launch', uid: 'd', creationTimestamp: at(0) } }
const set: KubeObject = {
  metadata: { name: 'launch-1', uid: 's', creationTimestamp: at(1), annotations: { 'deployment.kubernetes.io/revision': '3' } } as never,
}
const pod: Pod = {
  metadata: { name: 'launch-1-a', uid: 'p', creationTimestamp: at(2) },
  status: {
    phase: 'Running',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: at(9) }],
    containerStatuses: [{ name: 'main', lastState: { terminated: { exitCode: 3, reason: 'Error', finishedAt: at(6) } } }],
  },
}
const event = (second: number, reason: string, uid: string, name: string, more: Partial<Event> = {}): Event => ({
  metadata: { name: `${reason} ${name}`, uid: `${reason} ${name}` },
  lastTimestamp: at(second),
  reason,
  type: 'Normal',
  involvedObject: { kind: 'Pod', uid, name },
  ...more,
})

test('replica sets, pods and events stand on one line, the newest first', () => {
  const moments = timelineOf(owner, 'deployments.apps', {
    middle: { resource: 'replicasets.apps', objects: [set] },
    pods: [pod],
    events: [
      event(2, 'SuccessfulCreate', 's', 'launch-1'),
      event(3, 'Scheduled', 'p', 'launch-1-a'),
      event(7, 'BackOff', 'p', 'launch-1-a', { type: 'Warning', count: 4, message: 'Back-off' }),
      event(1, 'ScalingReplicaSet', 'd', 'launch'),
      event(4, 'Killing', 'gone', 'launch-0-z'),
      // Of somebody else: another workload's pod, and one whose name merely begins alike.
      event(5, 'Scheduled', 'x', 'other-1-a'),
      event(5, 'Scheduled', 'y', 'launcher-1-a'),
    ],
  })
  expect(
    moments.map(({ at: ms, resource, name, what, message, tone }) => [
      ms / 1000 - Date.parse(at(0)) / 1000,
      resource,
      name,
      what,
      message,
      tone,
    ]),
  ).toEqual([
    [9, 'pods', 'launch-1-a', 'Ready', '', 'ok'],
    [7, 'pods', 'launch-1-a', 'BackOff', 'Back-off ×4', 'warn'],
    [6, 'pods', 'launch-1-a', 'Error', 'main: exit code 3', 'bad'],
    [4, 'pods', 'launch-0-z', 'Killing', '', 'muted'],
    [3, 'pods', 'launch-1-a', 'Scheduled', '', 'muted'],
    [2, 'pods', 'launch-1-a', 'Created', '', 'muted'],
    [2, 'replicasets.apps', 'launch-1', 'SuccessfulCreate', '', 'muted'],
    [1, 'replicasets.apps', 'launch-1', 'Created', 'revision 3', 'muted'],
    [1, 'deployments.apps', 'launch', 'ScalingReplicaSet', '', 'muted'],
  ])
})
