import { type Case, lastOf } from './case.ts'
import {
  budget,
  claimTemplate,
  containers,
  daemonSet,
  deployment,
  failed,
  node,
  pod,
  ready,
  replicaSet,
  statefulSet,
  succeeded,
  template,
  unready,
} from './objects.ts'

const image = (tag: string): object => ({ spec: { template: { spec: { containers: [{ name: 'c', image: `i:${tag}` }] } } } })
const update = (what: string, tag = '2'): Case['steps'][number] => ({ patch: what, body: image(tag) as Record<string, unknown> })
const looks = { look: true } as const
const scale = (what: string, replicas: number): Case['steps'][number] => ({ patch: what, body: { spec: { replicas } } })

const statefulSets: Case[] = [
  {
    name: 'a stateful set waits for each pod',
    steps: [
      { create: [statefulSet('db', { replicas: 3 })] },
      looks,
      { report: 'app=db', status: ready },
      looks,
      { report: 'app=db', count: 1, status: ready },
    ],
  },
  {
    name: 'a stateful set in parallel, with a first ordinal',
    steps: [
      { create: [statefulSet('db', { replicas: 3, podManagementPolicy: 'Parallel', ordinals: { start: 5 } })] },
      { report: 'app=db', status: ready },
      looks,
      scale('statefulsets/db', 1),
    ],
  },
  {
    name: 'a stateful set with a partition',
    steps: [
      {
        create: [
          statefulSet('db', {
            replicas: 3,
            podManagementPolicy: 'Parallel',
            updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } },
          }),
        ],
      },
      { report: 'app=db', status: ready },
      update('statefulsets/db'),
      looks,
      { report: 'app=db', count: 1, status: ready },
      looks,
      { delete: 'pods/db-0' },
      { report: 'app=db', count: 1, status: ready },
      looks,
      { patch: 'statefulsets/db', body: { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } } },
      { report: 'app=db', count: 1, status: ready },
      { report: 'app=db', count: 1, status: ready },
    ],
  },
  {
    name: 'a stateful set with maxUnavailable, ordered',
    steps: [
      { create: [statefulSet('db', { replicas: 1, updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 2 } } })] },
      { report: 'app=db', count: 1, status: ready },
      scale('statefulsets/db', 4),
      { report: 'app=db', count: 1, status: ready },
      { report: 'app=db', count: 1, status: ready },
      { report: 'app=db', count: 1, status: ready },
      update('statefulsets/db'),
      looks,
      { report: 'app=db', count: 1, status: ready },
      looks,
    ],
  },
  {
    name: 'a stateful set with maxUnavailable, in parallel, of which one is broken',
    steps: [
      {
        create: [
          statefulSet('db', {
            replicas: 4,
            podManagementPolicy: 'Parallel',
            updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '50%' } },
          }),
        ],
      },
      { report: 'app=db', status: ready },
      { report: 'app=db', count: 1, status: unready },
      update('statefulsets/db'),
      looks,
      { report: 'app=db', count: 2, status: ready },
    ],
  },
  {
    name: 'a stateful set that is updated by deleting',
    steps: [
      { create: [statefulSet('db', { replicas: 2, podManagementPolicy: 'Parallel', updateStrategy: { type: 'OnDelete' } })] },
      { report: 'app=db', status: ready },
      update('statefulsets/db'),
      looks,
      { delete: 'pods/db-0' },
      { report: 'app=db', count: 1, status: ready },
    ],
  },
  {
    name: 'a stateful set that goes back to its first template, with a short history',
    steps: [
      { create: [statefulSet('db', { replicas: 1, revisionHistoryLimit: 1 })] },
      { report: 'app=db', status: ready },
      update('statefulsets/db', '2'),
      { report: 'app=db', status: ready },
      update('statefulsets/db', '3'),
      { report: 'app=db', status: ready },
      update('statefulsets/db', '4'),
      { report: 'app=db', status: ready },
      looks,
      update('statefulsets/db', '3'),
      { report: 'app=db', status: ready },
    ],
  },
  {
    name: 'claims of a stateful set are kept',
    steps: [
      {
        create: [
          statefulSet('db', {
            replicas: 2,
            podManagementPolicy: 'Parallel',
            volumeClaimTemplates: [claimTemplate('data'), claimTemplate('log')],
          }),
        ],
      },
      { report: 'app=db', status: ready },
      scale('statefulsets/db', 1),
      { delete: 'statefulsets/db', options: { propagationPolicy: 'Background' } },
    ],
  },
  {
    name: 'claims of a stateful set go when it is scaled and when it is deleted',
    steps: [
      {
        create: [
          statefulSet('db', {
            ...{ replicas: 3, podManagementPolicy: 'Parallel', volumeClaimTemplates: [claimTemplate('data')] },
            persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Delete' },
          }),
        ],
      },
      { report: 'app=db', status: ready },
      looks,
      scale('statefulsets/db', 1),
      looks,
      { delete: 'statefulsets/db', options: { propagationPolicy: 'Background' } },
    ],
  },
  {
    name: 'the policy for the claims of a stateful set changes',
    steps: [
      { create: [statefulSet('db', { replicas: 1, volumeClaimTemplates: [claimTemplate('data')] })] },
      { report: 'app=db', status: ready },
      {
        patch: 'statefulsets/db',
        body: { spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete', whenScaled: 'Retain' } } },
      },
      looks,
      {
        patch: 'statefulsets/db',
        body: { spec: { persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Delete' } } },
      },
    ],
  },
  {
    name: 'a pod of a stateful set fails, and is made again',
    steps: [
      { create: [statefulSet('db', { replicas: 2, podManagementPolicy: 'Parallel' })] },
      { report: 'app=db', count: 1, status: failed() },
      { report: 'app=db', count: 1, status: succeeded },
    ],
  },
  {
    name: 'a stateful set whose pods have to be ready for a while',
    steps: [
      { create: [statefulSet('db', { replicas: 2, minReadySeconds: 60 })] },
      { report: 'app=db', count: 1, status: ready },
      looks,
      { pass: 65 },
    ],
  },
  {
    name: 'a stateful set adopts a pod, and lets one go',
    steps: [
      { create: [pod('db-0', {}, { labels: { app: 'db' } }), statefulSet('db', { replicas: 1 })] },
      looks,
      { patch: 'pods/db-0', body: { metadata: { labels: { app: 'other' } } } },
    ],
  },
]

const pool = (name: string): object => ({ pool: name })
const onPool = (name: string, more: object = {}): Record<string, unknown> => ({
  template: template('ds', { nodeSelector: pool(name), ...more }),
})

const daemonSets: Case[] = [
  {
    name: 'a daemon set on nodes that it may and may not use',
    steps: [
      {
        create: [
          node('d1-a', { pool: 'd1' }),
          node('d1-b', { pool: 'd1' }, { unschedulable: true }),
          node('d1-c', { pool: 'd1' }, { taints: [{ key: 'own', value: 'x', effect: 'NoSchedule' }] }),
          node('d1-d', { pool: 'd1' }, { taints: [{ key: 'own', value: 'x', effect: 'NoExecute' }] }),
          daemonSet('ds', onPool('d1')),
        ],
      },
      looks,
      { report: 'app=ds', status: ready },
      looks,
      { patch: 'nodes/d1-c', body: { spec: { taints: [] } } },
      { patch: 'nodes/d1-a', body: { metadata: { labels: { pool: 'none' } } } },
    ],
  },
  {
    name: 'a daemon set rolls out with one missing',
    steps: [
      { create: [...['a', 'b', 'c'].map((n) => node(`d2-any-${n}`, { pool: 'd2' })), daemonSet('ds', onPool('d2'))] },
      { report: 'app=ds', status: ready },
      { patch: 'daemonsets/ds', body: image('2') as Record<string, unknown> },
      looks,
      { report: 'app=ds', count: 1, status: ready },
      { report: 'app=ds', count: 1, status: ready },
      { report: 'app=ds', count: 1, status: ready },
    ],
  },
  {
    name: 'a daemon set rolls out with a surge',
    steps: [
      {
        create: [
          ...['a', 'b', 'c'].map((n) => node(`d3-any-${n}`, { pool: 'd3' })),
          daemonSet('ds', {
            ...onPool('d3'),
            updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 2, maxUnavailable: 0 } },
          }),
        ],
      },
      { report: 'app=ds', status: ready },
      { patch: 'daemonsets/ds', body: image('2') as Record<string, unknown> },
      looks,
      { report: 'app=ds', count: 2, status: ready },
      looks,
      { report: 'app=ds', count: 1, status: ready },
    ],
  },
  {
    name: 'a daemon set rolls out with a share of missing pods',
    steps: [
      {
        create: [
          ...['a', 'b', 'c', 'd'].map((n) => node(`d4-any-${n}`, { pool: 'd4' })),
          daemonSet('ds', { ...onPool('d4'), updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '50%' } } }),
        ],
      },
      { report: 'app=ds', status: ready },
      { report: 'app=ds', count: 1, status: unready },
      { patch: 'daemonsets/ds', body: image('2') as Record<string, unknown> },
    ],
  },
  {
    name: 'a daemon set that is updated by deleting, and back',
    steps: [
      {
        create: [
          node('d5-a', { pool: 'd5' }),
          daemonSet('ds', { ...onPool('d5'), updateStrategy: { type: 'OnDelete' }, revisionHistoryLimit: 1 }),
        ],
      },
      { report: 'app=ds', status: ready },
      { patch: 'daemonsets/ds', body: image('2') as Record<string, unknown> },
      looks,
      { patch: 'daemonsets/ds', body: image('3') as Record<string, unknown> },
      { patch: 'daemonsets/ds', body: image('1') as Record<string, unknown> },
    ],
  },
  {
    name: 'a pod of a daemon set fails',
    steps: [{ create: [node('d6-a', { pool: 'd6' }), daemonSet('ds', onPool('d6'))] }, { report: 'app=ds', status: failed() }, { pass: 3 }],
  },
  {
    name: 'a daemon set for all that are called a name',
    steps: [{ create: [node('d7-a', { pool: 'd7' }), daemonSet('ds', { template: template('ds', { nodeName: 'd7-a' }) })] }],
  },
  {
    name: 'a daemon set whose pods have to be ready for a while',
    steps: [
      { create: [node('d8-a', { pool: 'd8' }), daemonSet('ds', { ...onPool('d8'), minReadySeconds: 60 })] },
      { report: 'app=ds', status: ready },
      looks,
      { pass: 65 },
    ],
  },
]

const deployments: Case[] = [
  {
    name: 'a deployment rolls out',
    steps: [
      { create: [deployment('web', { replicas: 4 })] },
      { report: 'app=web', status: ready },
      looks,
      update('deployments/web'),
      looks,
      { report: 'app=web', count: 2, status: ready },
      looks,
      { report: 'app=web', count: 2, status: ready },
    ],
  },
  {
    name: 'a deployment is made anew',
    steps: [
      { create: [deployment('web', { replicas: 2, strategy: { type: 'Recreate' } })] },
      { report: 'app=web', status: ready },
      update('deployments/web'),
      looks,
      { report: 'app=web', status: ready },
    ],
  },
  {
    name: 'a deployment is paused, changed, scaled and goes on',
    steps: [
      { create: [deployment('web', { replicas: 2 })] },
      { report: 'app=web', status: ready },
      { patch: 'deployments/web', body: { spec: { paused: true } } },
      update('deployments/web'),
      scale('deployments/web', 3),
      looks,
      { patch: 'deployments/web', body: { spec: { paused: false } } },
      { report: 'app=web', status: ready },
      { report: 'app=web', status: ready },
    ],
  },
  {
    name: 'a deployment that does not get on',
    steps: [
      { create: [deployment('web', { replicas: 1, progressDeadlineSeconds: 5 })] },
      { pass: 8 },
      looks,
      { report: 'app=web', status: ready },
    ],
  },
  {
    name: 'a rollout that does not get on',
    steps: [
      { create: [deployment('web', { replicas: 2, progressDeadlineSeconds: 5 })] },
      { report: 'app=web', status: ready },
      update('deployments/web'),
      { pass: 8 },
    ],
  },
  {
    name: 'a deployment is scaled in the middle of a rollout',
    steps: [
      { create: [deployment('web', { replicas: 10, strategy: { rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } })] },
      { report: 'app=web', status: ready },
      update('deployments/web'),
      scale('deployments/web', 15),
      looks,
      scale('deployments/web', 6),
    ],
  },
  {
    name: 'a deployment with a short history goes back',
    steps: [
      { create: [deployment('web', { replicas: 1, revisionHistoryLimit: 1 })] },
      { report: 'app=web', status: ready },
      ...['2', '3'].flatMap((tag) => [update('deployments/web', tag), { report: 'app=web', count: 1, status: ready }]),
      looks,
      update('deployments/web', '2'),
      { report: 'app=web', count: 1, status: ready },
    ],
  },
  {
    name: 'a deployment whose pods have to be ready for a while',
    steps: [
      { create: [deployment('web', { replicas: 2, minReadySeconds: 60 })] },
      { report: 'app=web', status: ready },
      looks,
      { pass: 65 },
    ],
  },
  {
    name: 'two deployments for the same pods',
    steps: [
      { create: [deployment('web', { replicas: 1 })] },
      {
        create: [
          {
            ...deployment('web', { replicas: 1, template: template('web', { containers: [{ name: 'c', image: 'other' }] }) }),
            metadata: { name: 'web2' },
          },
        ],
      },
    ],
  },
  {
    name: 'a deployment adopts a replica set',
    steps: [{ create: [replicaSet('web', { replicas: 2 })] }, { create: [deployment('web', { replicas: 3 })] }],
  },
  { name: 'a deployment of none', steps: [{ create: [deployment('web', { replicas: 0 })] }, update('deployments/web')] },
]

const replicaSets: Case[] = [
  {
    name: 'a replica set deletes the pods that cost least',
    steps: [
      { create: [replicaSet('web', { replicas: 4 })] },
      { report: 'app=web', count: 3, status: ready },
      scale('replicasets/web', 2),
      looks,
      { report: 'app=web', status: ready },
      { report: 'app=web', count: 1, status: failed() },
    ],
  },
  {
    name: 'a replica set adopts and lets go',
    steps: [
      { create: [pod('stray', {}, { labels: { app: 'web' } }), replicaSet('web', { replicas: 2 })] },
      looks,
      { patch: 'pods/stray', body: { metadata: { labels: { app: 'no' } } } },
    ],
  },
  {
    name: 'a replica set that may not have pods',
    steps: [
      {
        create: [
          replicaSet('web', {
            replicas: 2,
            template: template('web', { serviceAccountName: 'missing', automountServiceAccountToken: true }),
          }),
        ],
      },
      { pass: 2 },
    ],
  },
  {
    name: 'a replica set whose pods have to be ready for a while',
    steps: [
      { create: [replicaSet('web', { replicas: 2, minReadySeconds: 60 })] },
      { report: 'app=web', status: ready },
      looks,
      { pass: 65 },
    ],
  },
  {
    name: 'a replication controller',
    steps: [
      {
        create: [
          {
            apiVersion: 'v1',
            kind: 'ReplicationController',
            metadata: { name: 'web' },
            spec: { replicas: 2, selector: { app: 'web' }, template: template('web') },
          },
        ],
      },
      { report: 'app=web', count: 1, status: ready },
      scale('replicationcontrollers/web', 1),
    ],
  },
  {
    name: 'a set is deleted and leaves its pods',
    steps: [{ create: [replicaSet('web', { replicas: 2 })] }, { delete: 'replicasets/web', options: { propagationPolicy: 'Orphan' } }],
  },
  {
    name: 'a set is deleted after its pods',
    steps: [{ create: [replicaSet('web', { replicas: 2 })] }, { delete: 'replicasets/web', options: { propagationPolicy: 'Foreground' } }],
  },
]

const ofBudgets: Case[] = [
  {
    name: 'budgets by number and share',
    steps: [
      {
        create: [
          replicaSet('web', { replicas: 5 }),
          budget('web', { minAvailable: '50%' }),
          replicaSet('most', { replicas: 3 }),
          budget('most', { maxUnavailable: 1 }),
        ],
      },
      { report: 'app=web', count: 4, status: ready },
      { report: 'app=most', count: 2, status: ready },
      looks,
      { report: 'app=web', count: 1, status: ready },
      { report: 'app=most', count: 1, status: ready },
    ],
  },
  {
    name: 'a budget for pods that nobody controls, by share',
    steps: [{ create: [pod('web'), budget('web', { maxUnavailable: '50%' })] }, { report: 'app=web', status: ready }],
  },
  {
    name: 'a budget for pods that nobody controls, by number',
    steps: [
      { create: [pod('web'), pod('web2', {}, { labels: { app: 'web' } }), budget('web', { minAvailable: 1 })] },
      { report: 'app=web', status: ready },
    ],
  },
  {
    name: 'a budget for pods of something without a size',
    steps: [
      {
        create: [
          pod(
            'web',
            {},
            {
              labels: { app: 'web' },
              ownerReferences: [
                { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: '00000000-0000-4000-8000-000000000000', controller: true },
              ],
            },
          ),
          budget('web', { maxUnavailable: 1 }),
        ],
      },
    ],
  },
  { name: 'a budget for nothing', steps: [{ create: [budget('web', { minAvailable: 2 })] }] },
  {
    name: 'a budget of none that may be missing',
    steps: [{ create: [replicaSet('web', { replicas: 2 }), budget('web', { maxUnavailable: 0 })] }, { report: 'app=web', status: ready }],
  },
  {
    name: 'a budget for a job and a set',
    steps: [
      {
        create: [
          replicaSet('web', { replicas: 1 }),
          {
            ...statefulSet('s', {
              replicas: 1,
              selector: { matchLabels: { app: 'web', s: 'y' } },
              template: { metadata: { labels: { app: 'web', s: 'y' } }, spec: { containers } },
            }),
          },
          budget('web', { maxUnavailable: 1 }),
        ],
      },
      { report: 'app=web', status: ready },
    ],
  },
]
const budgets = ofBudgets.map((c) => ({ ...c, steps: lastOf(c.steps, 'PodDisruptionBudget') }))

export const setCases: readonly Case[] = [...statefulSets, ...daemonSets, ...deployments, ...replicaSets, ...budgets]
