import { byName } from '../../kube/order.ts'
import { readSeries, type Sample } from '../../kube/series.ts'

/** One work queue, by the name that its control loop gives it. */
export interface Queue {
  name: string
  depth: number
  adds: number
  retries: number
  /** How long the oldest piece of work under way has taken, seconds. */
  longest: number
}

export interface Loops {
  /** Whether each loop that the server knows runs in it. */
  loops: { name: string; runs: boolean }[]
  queues: Queue[]
  /** Pods that wait to be scheduled, by the scheduler's own queues. */
  pending: { queue: string; count: number }[]
  /** How often the scheduler has tried, by what came of it. */
  attempts: { result: string; count: number }[]
}

const series = [
  'running_managed_controllers',
  'workqueue_depth',
  'workqueue_adds_total',
  'workqueue_retries_total',
  'workqueue_longest_running_processor_seconds',
  'scheduler_pending_pods',
  'scheduler_schedule_attempts_total',
] as const

/** What a server tells of its control loops on `/metrics`, under the names that all components of Kubernetes use (component-base). */
export function readLoops(text: string): Loops {
  const found = readSeries(text, new Set(series))
  const of = (name: (typeof series)[number]): Sample[] => found.get(name) ?? []
  const figure = (name: (typeof series)[number], queue: string): number => of(name).find(({ labels }) => labels.name === queue)?.value ?? 0
  const names = [...new Set(of('workqueue_adds_total').map(({ labels }) => labels.name ?? ''))]
  return {
    loops: of('running_managed_controllers')
      .map(({ labels, value }) => ({ name: labels.name ?? '', runs: value === 1 }))
      .sort((a, b) => Number(a.runs) - Number(b.runs) || byName(a.name, b.name)),
    // What waits stands first, then what had to be tried again.
    queues: names
      .map((name) => ({
        name,
        depth: figure('workqueue_depth', name),
        adds: figure('workqueue_adds_total', name),
        retries: figure('workqueue_retries_total', name),
        longest: figure('workqueue_longest_running_processor_seconds', name),
      }))
      .sort((a, b) => b.depth - a.depth || b.retries - a.retries || byName(a.name, b.name)),
    pending: of('scheduler_pending_pods').map(({ labels, value }) => ({ queue: labels.queue ?? '', count: value })),
    attempts: summed(of('scheduler_schedule_attempts_total'), 'result').map(([result, count]) => ({ result, count })),
  }
}

function summed(samples: readonly Sample[], label: string): [string, number][] {
  const sums = new Map<string, number>()
  for (const { labels, value } of samples) sums.set(labels[label] ?? '', (sums.get(labels[label] ?? '') ?? 0) + value)
  return [...sums]
}
