import { numberAt, objectAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { dns1123LabelErrors } from '../../../machinery/names.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { podWarnings } from '../../core/v1/pod-warnings.ts'
import type { PodTemplateSpec } from '../../core/v1/types.ts'

/** What is told of a job that was taken (pkg/api/job, WarningsForJobSpec): of a new one, and of one of which more than metadata changes. */
function* specWarnings(spec: JsonObject | undefined, path: 'spec' | 'spec.jobTemplate.spec'): IterableIterator<string> {
  const [completions, parallelism] = [numberAt(spec, 'completions') ?? 0, numberAt(spec, 'parallelism') ?? 0]
  if (textAt(spec, 'completionMode') === 'Indexed' && completions > 100_000 && parallelism > 10_000) {
    const text =
      'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail'
    yield `${path}: ${text}`
  }
  const { spec: pod = {}, metadata = {} } = (objectAt(spec, 'template') ?? {}) as PodTemplateSpec
  yield* podWarnings(pod, metadata, `${path}.template.`)
}

function* nameWarnings({ metadata: { name = '' } }: KubeObject): IterableIterator<string> {
  const texts = name === '' ? [] : dns1123LabelErrors(name)
  if (texts.length === 0) return
  const why = 'this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended'
  yield `metadata.name: ${why}: [${texts.join(' ')}]`
}

const changed = (obj: KubeObject, old: KubeObject | undefined): boolean => obj.metadata.generation !== old?.metadata.generation

export function* jobWarnings(obj: KubeObject, old: KubeObject | undefined): IterableIterator<string> {
  if (old === undefined) yield* nameWarnings(obj)
  if (changed(obj, old)) yield* specWarnings(objectAt(obj, 'spec'), 'spec')
}

export function* cronJobWarnings(obj: KubeObject, old: KubeObject | undefined): IterableIterator<string> {
  if (old === undefined) yield* nameWarnings(obj)
  if (changed(obj, old)) yield* specWarnings(objectAt(obj, 'spec.jobTemplate.spec'), 'spec.jobTemplate.spec')
  if (old === undefined || !textAt(obj, 'spec.schedule').includes('TZ')) return
  const see = 'see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details'
  yield `cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, ${see}`
}
