import type { Case, Json } from './case.ts'
import { containers, cronJob, failed, job, pod, ready, succeeded } from './objects.ts'
import { end, looks, ofIndex } from './steps.ts'

const disrupted: Json = failed(137, {
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason: 'EvictionByEvictionAPI', lastTransitionTime: '{now}' }],
})
const rule = (action: string, what: Json): Json => ({ action, ...what })
const onExit = (operator: string, values: number[], containerName?: string): Json => ({
  onExitCodes: { operator, values, ...(containerName === undefined ? {} : { containerName }) },
})
const onDisruption: Json = { onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] }
const policy = (...rules: Json[]): Json => ({ podFailurePolicy: { rules } })

const jobs: Case[] = [
  { name: 'a job', steps: [{ create: [job('j', {})] }, looks, end(ready), looks, end(succeeded)] },
  {
    name: 'a job of three, two at a time',
    steps: [{ create: [job('j', { completions: 3, parallelism: 2 })] }, end(succeeded, 1), looks, end(succeeded)],
  },
  { name: 'a queue of work', steps: [{ create: [job('j', { parallelism: 3 })] }, end(succeeded, 1), looks, end(succeeded)] },
  {
    name: 'a job that fails too often',
    steps: [{ create: [job('j', { backoffLimit: 1 })] }, end(failed()), { pass: 11 }, looks, end(failed())],
  },
  { name: 'a job that fails once', steps: [{ create: [job('j', { backoffLimit: 0, parallelism: 2, completions: 2 })] }, end(failed(), 1)] },
  { name: 'a job with a deadline', steps: [{ create: [job('j', { activeDeadlineSeconds: 60 })] }, looks, { pass: 65 }] },
  {
    name: 'an indexed job',
    steps: [
      { create: [job('j', { completions: 3, parallelism: 3, completionMode: 'Indexed' })] },
      ofIndex(1, succeeded),
      looks,
      ofIndex(0, succeeded),
      ofIndex(2, succeeded),
    ],
  },
  {
    name: 'an indexed job with a limit for each index',
    steps: [
      { create: [job('j', { completions: 3, parallelism: 3, completionMode: 'Indexed', backoffLimitPerIndex: 1 })] },
      ofIndex(1, failed()),
      { pass: 11 },
      ofIndex(1, failed()),
      looks,
      ofIndex(0, succeeded),
      ofIndex(2, succeeded),
    ],
  },
  {
    name: 'an indexed job of which too many indexes fail',
    steps: [
      { create: [job('j', { completions: 4, parallelism: 4, completionMode: 'Indexed', backoffLimitPerIndex: 0, maxFailedIndexes: 1 })] },
      ofIndex(1, failed()),
      looks,
      ofIndex(3, failed()),
    ],
  },
  {
    name: 'an indexed job that has succeeded when some have',
    steps: [
      {
        create: [
          job('j', {
            completions: 4,
            parallelism: 4,
            completionMode: 'Indexed',
            successPolicy: { rules: [{ succeededIndexes: '0,2-3', succeededCount: 2 }] },
          }),
        ],
      },
      ofIndex(1, succeeded),
      ofIndex(0, succeeded),
      looks,
      ofIndex(3, succeeded),
    ],
  },
  {
    name: 'an indexed job that has succeeded when the leader has',
    steps: [
      {
        create: [
          job('j', { completions: 3, parallelism: 3, completionMode: 'Indexed', successPolicy: { rules: [{ succeededIndexes: '0' }] } }),
        ],
      },
      ofIndex(0, succeeded),
    ],
  },
  {
    name: 'an indexed job that has succeeded when any three have',
    steps: [
      {
        create: [
          job('j', { completions: 5, parallelism: 5, completionMode: 'Indexed', successPolicy: { rules: [{ succeededCount: 3 }] } }),
        ],
      },
      ofIndex(4, succeeded),
      ofIndex(2, succeeded),
      looks,
      ofIndex(3, succeeded),
    ],
  },
  {
    name: 'an exit code that fails the job',
    steps: [
      { create: [job('j', { completions: 2, parallelism: 2, backoffLimit: 6, ...policy(rule('FailJob', onExit('In', [42], 'c'))) })] },
      end(failed(42), 1),
    ],
  },
  {
    name: 'an exit code that is ignored',
    steps: [
      { create: [job('j', { backoffLimit: 0, ...policy(rule('Ignore', onExit('In', [7]))) })] },
      end(failed(7)),
      { pass: 11 },
      end(failed(8)),
    ],
  },
  {
    name: 'a disruption that is ignored',
    steps: [
      { create: [job('j', { backoffLimit: 0, ...policy(rule('Ignore', onDisruption)) })] },
      end(disrupted),
      { pass: 11 },
      end(succeeded),
    ],
  },
  {
    name: 'a disruption that fails the job',
    steps: [{ create: [job('j', { backoffLimit: 6, ...policy(rule('FailJob', onDisruption)) })] }, end(disrupted)],
  },
  {
    name: 'exit codes that count',
    steps: [
      { create: [job('j', { backoffLimit: 1, ...policy(rule('Count', onExit('In', [3])), rule('FailJob', onExit('NotIn', [5]))) })] },
      end(failed(3)),
      { pass: 11 },
      looks,
      end(failed(9)),
    ],
  },
  {
    name: 'an exit code that fails the index',
    steps: [
      {
        create: [
          job('j', {
            completions: 2,
            parallelism: 2,
            completionMode: 'Indexed',
            backoffLimitPerIndex: 5,
            ...policy(rule('FailIndex', onExit('In', [42]))),
          }),
        ],
      },
      ofIndex(1, failed(42)),
      looks,
      ofIndex(0, succeeded),
    ],
  },
  {
    name: 'a job is suspended and goes on',
    steps: [
      { create: [job('j', { suspend: true, completions: 2, parallelism: 2 })] },
      looks,
      { patch: 'jobs/j', body: { spec: { suspend: false } } },
      end(succeeded, 1),
      { patch: 'jobs/j', body: { spec: { suspend: true } } },
      looks,
      { patch: 'jobs/j', body: { spec: { suspend: false } } },
      end(succeeded),
    ],
  },
  { name: 'a job that somebody else manages', steps: [{ create: [job('j', { managedBy: 'example.com/other' })] }] },
  {
    name: 'a job whose pods are replaced when they have failed',
    steps: [{ create: [job('j', { completions: 2, parallelism: 2, podReplacementPolicy: 'Failed' })] }, end(failed(), 1), { pass: 11 }],
  },
  {
    name: 'a job runs fewer, more, and is enlarged',
    steps: [
      { create: [job('j', { completions: 4, parallelism: 4, completionMode: 'Indexed' })] },
      ofIndex(0, ready),
      { patch: 'jobs/j', body: { spec: { parallelism: 1 } } },
      looks,
      { patch: 'jobs/j', body: { spec: { parallelism: 2, completions: 2 } } },
      looks,
      { patch: 'jobs/j', body: { spec: { parallelism: 3, completions: 3 } } },
      looks,
      ofIndex(0, succeeded),
    ],
  },
  {
    name: 'a job that is finished goes after its time',
    steps: [{ create: [job('j', { ttlSecondsAfterFinished: 3 })] }, end(succeeded), { pass: 5 }],
  },
  {
    name: 'a job is deleted with its pods',
    steps: [{ create: [job('j', { completions: 2, parallelism: 2 })] }, { delete: 'jobs/j', options: { propagationPolicy: 'Background' } }],
  },
  { name: 'a job of none', steps: [{ create: [job('j', { completions: 0 })] }] },
  { name: 'a job that runs none', steps: [{ create: [job('j', { parallelism: 0 })] }] },
  {
    name: 'a job chooses pods by itself',
    steps: [
      {
        create: [
          pod('stray', { restartPolicy: 'Never' }, { labels: { own: 'x' } }),
          job('j', {
            manualSelector: true,
            selector: { matchLabels: { own: 'x' } },
            template: { metadata: { labels: { own: 'x' } }, spec: { restartPolicy: 'Never', containers } },
          }),
        ],
      },
      { report: 'own=x', status: succeeded },
    ],
  },
  {
    name: 'a pod of a job is deleted',
    steps: [
      { create: [job('j', { backoffLimit: 2 })] },
      { patch: 'jobs/j', body: { metadata: { annotations: { a: 'b' } } } },
      end(ready),
      end(failed()),
      { pass: 11 },
      end(succeeded),
    ],
  },
]

const cronJobs: Case[] = [
  { name: 'a cron job that is suspended', steps: [{ create: [cronJob('c', { schedule: '* * * * *', suspend: true })] }, { pass: 3 }] },
  { name: 'a cron job that waits for its time', steps: [{ create: [cronJob('c', { schedule: '30 12 15 6 *' })] }] },
  {
    name: 'a cron job that has missed too many starts',
    steps: [
      { create: [cronJob('c', { schedule: '* * * * *', suspend: true })] },
      { patch: 'cronjobs/c', subresource: 'status', body: { status: { lastScheduleTime: '{now-3d}' } } },
      { patch: 'cronjobs/c', body: { spec: { suspend: false } } },
    ],
  },
  {
    name: 'a cron job that has missed its deadline',
    steps: [
      { create: [cronJob('c', { schedule: '30 12 15 6 *', suspend: true, startingDeadlineSeconds: 20 })] },
      { patch: 'cronjobs/c', subresource: 'status', body: { status: { lastScheduleTime: '{now-400d}' } } },
      { patch: 'cronjobs/c', body: { spec: { suspend: false } } },
    ],
  },
  {
    name: 'a cron job that catches up with one start, and forbids a second',
    steps: [
      { create: [cronJob('c', { schedule: '30 12 15 6 *', suspend: true, concurrencyPolicy: 'Forbid' })] },
      { patch: 'cronjobs/c', subresource: 'status', body: { status: { lastScheduleTime: '{now-400d}' } } },
      { patch: 'cronjobs/c', body: { spec: { suspend: false } } },
      looks,
      { patch: 'cronjobs/c', subresource: 'status', body: { status: { lastScheduleTime: '{now-400d}' } } },
      { pass: 2 },
    ],
  },
  {
    name: 'a cron job replaces the job that runs',
    steps: [
      { create: [cronJob('c', { schedule: '30 12 15 6 *', suspend: true, concurrencyPolicy: 'Replace', timeZone: 'Asia/Kathmandu' })] },
      { patch: 'cronjobs/c', subresource: 'status', body: { status: { lastScheduleTime: '{now-400d}' } } },
      { patch: 'cronjobs/c', body: { spec: { suspend: false } } },
      looks,
    ],
  },
  {
    name: 'a cron job clears its jobs away',
    steps: [
      { create: [cronJob('c', { schedule: '30 12 15 6 *', successfulJobsHistoryLimit: 0, failedJobsHistoryLimit: 0, suspend: true })] },
      { patch: 'cronjobs/c', subresource: 'status', body: { status: { lastScheduleTime: '{now-400d}' } } },
      { patch: 'cronjobs/c', body: { spec: { suspend: false } } },
      looks,
      { report: 'batch.kubernetes.io/job-name', status: succeeded },
      { pass: 2 },
    ],
  },
]

export const jobCases: readonly Case[] = [...jobs, ...cronJobs]
