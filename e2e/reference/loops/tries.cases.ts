import { type Case, type Json, lastOf } from './case.ts'
import {
  budget,
  containers,
  cronJob,
  daemonSet,
  deployment,
  failed,
  job,
  node,
  pod,
  ready,
  replicaSet,
  service,
  statefulSet,
  succeeded,
  template,
  unready,
} from './objects.ts'
import { end, looks, ofIndex, ofJob } from './steps.ts'

/** What people do with workloads, several things after one another: a feature together with the next, and changes of mind. */
const spec = (what: string, body: Json): Case['steps'][number] => ({ patch: what, body: { spec: body } })
const update = (what: string, tag: string): Case['steps'][number] =>
  spec(what, { template: { spec: { containers: [{ name: 'c', image: `i:${tag}` }] } } })
const restarts = (restartCount: number): Json => ({
  phase: 'Running',
  containerStatuses: [
    { name: 'c', image: 'i:1', imageID: 'i', ready: false, restartCount, state: { waiting: { reason: 'CrashLoopBackOff' } } },
  ],
})

const jobs: Case[] = [
  {
    name: 'an index with a limit fails by its exit code, while the job is suspended and goes on',
    steps: [
      {
        create: [
          job('j', {
            ...{ completions: 3, parallelism: 3, completionMode: 'Indexed', backoffLimitPerIndex: 1 },
            podFailurePolicy: { rules: [{ action: 'FailIndex', onExitCodes: { operator: 'In', values: [42] } }] },
          }),
        ],
      },
      ofIndex(1, failed(42)),
      looks,
      spec('jobs/j', { suspend: true }),
      looks,
      spec('jobs/j', { suspend: false }),
      ofIndex(0, succeeded),
      ofIndex(2, failed(1)),
      { pass: 11 },
      ofIndex(2, succeeded),
    ],
  },
  {
    name: 'a job with a success policy is suspended half way',
    steps: [
      {
        create: [
          job('j', {
            ...{ completions: 3, parallelism: 3, completionMode: 'Indexed' },
            successPolicy: { rules: [{ succeededIndexes: '0-1', succeededCount: 2 }] },
          }),
        ],
      },
      ofIndex(0, succeeded),
      spec('jobs/j', { suspend: true }),
      looks,
      spec('jobs/j', { suspend: false }),
      ofIndex(1, succeeded),
    ],
  },
  {
    name: 'a job whose containers are started again',
    steps: [
      { create: [job('j', { backoffLimit: 2, template: { spec: { restartPolicy: 'OnFailure', containers } } })] },
      end(restarts(1)),
      looks,
      end(restarts(3)),
    ],
  },
  {
    name: 'a job with a deadline is suspended, and its time begins anew',
    steps: [
      { create: [job('j', { activeDeadlineSeconds: 40 })] },
      { pass: 15 },
      spec('jobs/j', { suspend: true }),
      { pass: 15 },
      spec('jobs/j', { suspend: false }),
      { pass: 15 },
      looks,
      { pass: 25 },
    ],
  },
  {
    name: 'a job is told where to run before it goes on',
    steps: [
      { create: [job('j', { suspend: true, parallelism: 1 })] },
      spec('jobs/j', { template: { metadata: { labels: { queue: 'a' } }, spec: { nodeSelector: { pool: 'x' } } } }),
      spec('jobs/j', { suspend: false }),
    ],
  },
  {
    name: 'more pods of a job fail at once than may',
    steps: [{ create: [job('j', { completions: 4, parallelism: 4, backoffLimit: 2 })] }, end(failed(), 3)],
  },
  ...['TerminatingOrFailed', 'Failed'].map((podReplacementPolicy) => ({
    name: `a pod of a job takes its time to go: ${podReplacementPolicy}`,
    steps: [
      { create: [job('j', { completions: 1, podReplacementPolicy })] },
      { bind: ofJob, node: 'far' },
      end(ready),
      { patch: 'jobs/j', body: { metadata: { annotations: { poke: '1' } } } },
      { deleteAll: 'pods', labels: ofJob },
      looks,
      { pass: 11 },
    ],
  })),
  {
    name: 'a job of a cron job is taken away while it runs, and the cron job after it',
    steps: [
      { create: [cronJob('c', { schedule: '30 12 15 6 *', suspend: true })] },
      { patch: 'cronjobs/c', subresource: 'status', body: { status: { lastScheduleTime: '{now-400d}' } } },
      spec('cronjobs/c', { suspend: false }),
      looks,
      { deleteAll: 'jobs', options: { propagationPolicy: 'Background' } },
      { patch: 'cronjobs/c', body: { metadata: { annotations: { poke: '1' } } } },
      looks,
      { delete: 'cronjobs/c', options: { propagationPolicy: 'Background' } },
    ],
  },
]

const deployments: Case[] = [
  {
    name: 'a deployment of which half is broken is changed',
    steps: [
      { create: [deployment('web', { replicas: 4 })] },
      { report: 'app=web', count: 2, status: ready },
      update('deployments/web', '2'),
      looks,
      { report: 'app=web', status: ready },
    ],
  },
  {
    name: 'a deployment is paused in the middle of a rollout, goes on, and back',
    steps: [
      { create: [deployment('web', { replicas: 4, strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } })] },
      { report: 'app=web', status: ready },
      update('deployments/web', '2'),
      spec('deployments/web', { paused: true }),
      { report: 'app=web', count: 1, status: ready },
      looks,
      update('deployments/web', '1'),
      spec('deployments/web', { paused: false }),
      { report: 'app=web', count: 1, status: ready },
    ],
  },
  {
    name: 'a rollout that did not get on goes on with another image',
    steps: [
      { create: [deployment('web', { replicas: 2, progressDeadlineSeconds: 5 })] },
      { report: 'app=web', status: ready },
      update('deployments/web', '2'),
      { pass: 8 },
      update('deployments/web', '3'),
      looks,
      { report: 'app=web', count: 1, status: ready },
      { report: 'app=web', count: 1, status: ready },
    ],
  },
  {
    name: 'a deployment is started again, without a history',
    steps: [
      { create: [deployment('web', { replicas: 2, revisionHistoryLimit: 0 })] },
      { report: 'app=web', status: ready },
      spec('deployments/web', { template: { metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': '2026-01-02T03:04:05Z' } } } }),
      { report: 'app=web', count: 1, status: ready },
      { report: 'app=web', count: 1, status: ready },
    ],
  },
  {
    name: 'a deployment changes its strategy in the middle of a rollout',
    steps: [
      { create: [deployment('web', { replicas: 3 })] },
      { report: 'app=web', status: ready },
      update('deployments/web', '2'),
      spec('deployments/web', { strategy: { type: 'Recreate', rollingUpdate: null } }),
      looks,
      { report: 'app=web', status: ready },
    ],
  },
  {
    name: 'a deployment is deleted and leaves its sets',
    steps: [
      { create: [deployment('web', { replicas: 1 })] },
      { report: 'app=web', status: ready },
      { delete: 'deployments/web', options: { propagationPolicy: 'Orphan' } },
      looks,
      { create: [deployment('web', { replicas: 2 })] },
    ],
  },
]

const sets: Case[] = [
  {
    name: 'a stateful set does not get past a broken template',
    steps: [
      { create: [statefulSet('db', { replicas: 2 })] },
      { report: 'app=db', count: 1, status: ready },
      { report: 'app=db', count: 1, status: ready },
      update('statefulsets/db', 'broken'),
      { report: 'app=db', count: 1, status: unready },
      update('statefulsets/db', '1'),
      looks,
      { delete: 'pods/db-1' },
      { report: 'app=db', count: 1, status: ready },
    ],
  },
  {
    name: 'a stateful set is scaled while it rolls out',
    steps: [
      { create: [statefulSet('db', { replicas: 2, podManagementPolicy: 'Parallel' })] },
      { report: 'app=db', status: ready },
      update('statefulsets/db', '2'),
      spec('statefulsets/db', { replicas: 4 }),
      looks,
      { report: 'app=db', count: 3, status: ready },
      { report: 'app=db', count: 1, status: ready },
    ],
  },
  {
    name: 'a stateful set counts from another number',
    steps: [
      { create: [statefulSet('db', { replicas: 2, podManagementPolicy: 'Parallel' })] },
      { report: 'app=db', status: ready },
      spec('statefulsets/db', { ordinals: { start: 1 } }),
      looks,
      { report: 'app=db', count: 1, status: ready },
    ],
  },
  {
    name: 'the name of a pod of a stateful set is taken',
    steps: [
      { create: [pod('db-0', {}, { labels: { app: 'other' } }), statefulSet('db', { replicas: 2, podManagementPolicy: 'Parallel' })] },
      { pass: 2 },
    ],
  },
  {
    name: 'a daemon set for no node, and then for one',
    steps: [
      { create: [daemonSet('ds', { template: template('ds', { nodeSelector: { pool: 't1' } }) })] },
      looks,
      { create: [node('t1-a', { pool: 't1' })] },
      { report: 'app=ds', status: ready },
      { delete: 'daemonsets/ds', options: { propagationPolicy: 'Orphan' } },
    ],
  },
  {
    name: 'a daemon set with a surge, whose old pods are broken',
    steps: [
      {
        create: [
          ...['a', 'b'].map((n) => node(`t2-any-${n}`, { pool: 't2' })),
          daemonSet('ds', {
            template: template('ds', { nodeSelector: { pool: 't2' } }),
            updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
          }),
        ],
      },
      { report: 'app=ds', count: 1, status: ready },
      update('daemonsets/ds', '2'),
      looks,
      { report: 'app=ds', count: 2, status: ready },
    ],
  },
  {
    name: 'a share of what grows may be missing',
    steps: [
      { create: [replicaSet('web', { replicas: 3 }), budget('web', { maxUnavailable: '34%', unhealthyPodEvictionPolicy: 'AlwaysAllow' })] },
      { report: 'app=web', status: ready },
      looks,
      spec('replicasets/web', { replicas: 7 }),
      looks,
      { report: 'app=web', status: ready },
      spec('replicasets/web', { replicas: 1 }),
    ],
  },
].map((c: Case) => ({ ...c, steps: lastOf(c.steps, 'PodDisruptionBudget') }))

const withIPs = (...ips: string[]): Json => ({ ...ready, podIP: ips[0], podIPs: ips.map((ip) => ({ ip })) })
const serving = (name: string, ...ips: string[]): Json => ({
  ...pod(name, { nodeName: 'home' }, { labels: { app: 'web' } }),
  status: withIPs(...ips),
})
const both = { ipFamilyPolicy: 'RequireDualStack', ipFamilies: ['IPv4', 'IPv6'] }

const services: Case[] = [
  {
    name: 'a service of both families, and pods of one and both',
    steps: [
      {
        create: [
          node('home', {}),
          serving('web-0', '10.1.0.1', 'fd00::1'),
          serving('web-1', '10.1.0.2'),
          serving('web-2', 'fd00::3', '10.1.0.3'),
          serving('web-3', 'fd00::4'),
          service('web', both),
        ],
      },
      looks,
      { delete: 'pods/web-0' },
    ],
  },
  {
    name: 'a service gets the second family, and loses it',
    steps: [
      { create: [node('home', {}), serving('web-0', '10.1.0.1', 'fd00::1'), service('web', { ipFamilyPolicy: 'SingleStack' })] },
      spec('services/web', both),
      looks,
      spec('services/web', { ipFamilyPolicy: 'SingleStack', ipFamilies: ['IPv4'], clusterIPs: null }),
    ],
  },
  {
    name: 'a headless service whose first family is IPv6',
    steps: [
      {
        create: [
          node('home', {}),
          serving('web-0', '10.1.0.1', 'fd00::1'),
          service('web', { clusterIP: 'None', ipFamilyPolicy: 'PreferDualStack', ipFamilies: ['IPv6'] }),
        ],
      },
    ],
  },
  {
    name: 'a service of both families without pods, and one of IPv6',
    steps: [{ create: [service('web', both), service('six', { ipFamilies: ['IPv6'] })] }],
  },
].map((c: Case) => ({ ...c, steps: lastOf(c.steps, 'Service') }))

export const triedCases: readonly Case[] = [...jobs, ...deployments, ...sets, ...services]
