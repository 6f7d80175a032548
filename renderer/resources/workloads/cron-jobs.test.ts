import { expect, test } from 'vitest'
import type { KubeObject } from '../../kube/types.ts'
import { jobsOf, podsOfJobs } from './cron-jobs.ts'

const job = (name: string, owner: string, creationTimestamp: string, controller = true): KubeObject =>
  ({ metadata: { name, uid: name, creationTimestamp, ownerReferences: [{ uid: owner, controller }] } }) as unknown as KubeObject

test('the Jobs of a CronJob, the newest first; those of another, and those that it only is named by, are not its own', () => {
  const all = [
    job('old', 'a', '2026-01-01T00:00:00Z'),
    job('of-another', 'b', '2026-01-02T00:00:00Z'),
    job('new', 'a', '2026-01-03T00:00:00Z'),
    job('named', 'a', '2026-01-04T00:00:00Z', false),
  ]
  expect(jobsOf(all, 'a').map(({ metadata }) => metadata.name)).toEqual(['new', 'old'])
  expect(jobsOf(all, undefined)).toEqual([])
})

test('their pods by the label of the job controller', () => {
  expect(podsOfJobs(['u1', 'u2'])).toBe('batch.kubernetes.io/controller-uid in (u1,u2)')
})
