import type { Case, Json } from './case.ts'
import { claimTemplate, containers, failed, pod, ready, statefulSet, succeeded } from './objects.ts'
import { looks } from './steps.ts'

/** Claims and their users; nobody plays the binder but the case. */
const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
const claim = (name: string, status: Json = {}): Json => ({
  ...{ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name }, spec },
  status: { phase: 'Bound', ...status },
})
const user = (name: string, claimName: string, more: Json = {}): Json =>
  pod(name, { containers, volumes: [{ name: 'v', persistentVolumeClaim: { claimName } }], ...more })
const bound = (name: string): Case['steps'][number] => ({
  patch: `persistentvolumeclaims/${name}`,
  body: { status: { phase: 'Bound' } },
  subresource: 'status',
})

export const volumeCases: Case[] = [
  {
    name: 'a claim that is bound gets users, and loses them',
    steps: [
      { create: [claim('c')] },
      looks,
      { create: [user('one', 'c')] },
      looks,
      { create: [user('two', 'c', { nodeName: 'far' })] },
      { report: 'app=one', status: succeeded },
      looks,
      { report: 'app=two', status: failed() },
      looks,
      { create: [user('three', 'c')] },
    ],
  },
  {
    name: 'a claim that is not bound, and one that has other conditions',
    steps: [
      {
        create: [
          claim('open', { phase: 'Pending' }),
          claim('grows', { conditions: [{ type: 'FileSystemResizePending', status: 'True', lastTransitionTime: '{now}' }] }),
        ],
      },
      looks,
      { create: [user('one', 'open')] },
      bound('open'),
    ],
  },
  {
    name: 'a claim is deleted while pods have it',
    steps: [
      { create: [claim('c'), user('waits', 'c'), user('runs', 'c', { nodeName: 'far' })] },
      { report: 'app=runs', status: ready },
      { delete: 'persistentvolumeclaims/c' },
      looks,
      { delete: 'pods/runs', options: { gracePeriodSeconds: 0 } },
    ],
  },
  {
    name: 'the claim of an ephemeral volume is bound, and goes with its pod',
    steps: [
      {
        create: [pod('p', { containers, nodeName: 'far', volumes: [{ name: 'v', ephemeral: { volumeClaimTemplate: { spec } } }] })],
      },
      bound('p-v'),
      looks,
      { report: 'app=p', status: succeeded },
      looks,
      { delete: 'pods/p', options: { gracePeriodSeconds: 0 } },
    ],
  },
  {
    name: 'claims of a stateful set that are bound, and what is left of them',
    steps: [
      { create: [statefulSet('web', { replicas: 2, podManagementPolicy: 'Parallel', volumeClaimTemplates: [claimTemplate('data')] })] },
      bound('data-web-0'),
      bound('data-web-1'),
      { report: 'app=web', status: ready },
      looks,
      { patch: 'statefulsets/web', body: { spec: { replicas: 1 } } },
      looks,
      { patch: 'statefulsets/web', body: { spec: { replicas: 2 } } },
    ],
  },
]
