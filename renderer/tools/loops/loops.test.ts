import { expect, test } from 'vitest'
import { readLoops } from './loops.ts'

test('loops that do not run, and queues in which something waits, stand first', () => {
  const read = readLoops(`running_managed_controllers{manager="m",name="job-controller"} 1
running_managed_controllers{manager="m",name="cronjob-controller"} 0
workqueue_adds_total{name="job"} 12
workqueue_adds_total{name="deployment"} 30
workqueue_adds_total{name="quiet"} 1
workqueue_depth{name="deployment"} 4
workqueue_retries_total{name="job"} 2
workqueue_longest_running_processor_seconds{name="deployment"} 1.5
scheduler_pending_pods{queue="active"} 0
scheduler_pending_pods{queue="unschedulable"} 3
scheduler_schedule_attempts_total{profile="a",result="scheduled"} 5
scheduler_schedule_attempts_total{profile="b",result="scheduled"} 2
`)
  expect(read.loops).toEqual([
    { name: 'cronjob-controller', runs: false },
    { name: 'job-controller', runs: true },
  ])
  expect(read.queues).toEqual([
    { name: 'deployment', depth: 4, adds: 30, retries: 0, longest: 1.5 },
    { name: 'job', depth: 0, adds: 12, retries: 2, longest: 0 },
    { name: 'quiet', depth: 0, adds: 1, retries: 0, longest: 0 },
  ])
  expect(read.pending).toContainEqual({ queue: 'unschedulable', count: 3 })
  expect(read.attempts).toEqual([{ result: 'scheduled', count: 7 }])
})

test('a server that tells nothing', () => expect(readLoops('')).toEqual({ loops: [], queues: [], pending: [], attempts: [] }))
