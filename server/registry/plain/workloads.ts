import { isDeepStrictEqual } from 'node:util'
import { defaultPodTemplate } from '../../apis/core/v1/defaults-pod.ts'
import { semanticEqual } from '../../apis/core/v1/semantic-equal.ts'
import type { PodTemplateSpec } from '../../apis/core/v1/types.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { Strategy } from '../generic/strategy.ts'
import { fill, fillZero, made, objectAt, objectsAt, type Json } from './fill.ts'
import { defaultClaim } from './volumes.ts'

/** Defaults of workloads besides Deployments and ReplicaSets (core/v1, apps/v1, batch/v1 defaults). */
const MAX_INT32 = 2_147_483_647
const template = (holder: Json): PodTemplateSpec => made(holder, 'template') as PodTemplateSpec
const spec = (obj: KubeObject): Json => made(obj, 'spec')
const textMap = (value: unknown): Record<string, string> | undefined => value as Record<string, string> | undefined
const empty = (value: object | undefined): boolean => Object.keys(value ?? {}).length === 0

const replicationController: Strategy = {
  default(obj) {
    const s = spec(obj)
    fill(s, { replicas: 1 })
    fill(made(obj, 'status'), { replicas: 0 })
    if (s.template === undefined) return
    const labels = textMap(objectAt(s, 'template.metadata.labels'))
    if (labels !== undefined) {
      if (empty(s.selector as object | undefined)) s.selector = { ...labels }
      if (empty(obj.metadata.labels)) obj.metadata.labels = { ...labels }
    }
    defaultPodTemplate(template(s))
  },
  prepareForCreate: (obj) => void (obj.status = { replicas: 0 }),
}

const podTemplate: Strategy = {
  generation: true,
  default: (obj) => defaultPodTemplate(template(obj)),
}

const statefulSet: Strategy = {
  default(obj) {
    const s = spec(obj)
    fillZero(s, { podManagementPolicy: 'OrderedReady' })
    const update = made(s, 'updateStrategy')
    if (!update.type) fill(update, { type: 'RollingUpdate', rollingUpdate: {} })
    if (update.type === 'RollingUpdate') fill(objectAt(update, 'rollingUpdate'), { partition: 0, maxUnavailable: 1 })
    fillZero(made(s, 'persistentVolumeClaimRetentionPolicy'), { whenDeleted: 'Retain', whenScaled: 'Retain' })
    fill(s, { replicas: 1, revisionHistoryLimit: 10 })
    defaultPodTemplate(template(s))
    for (const claim of objectsAt(s, 'volumeClaimTemplates')) {
      fill(claim, { kind: 'PersistentVolumeClaim', apiVersion: 'v1', metadata: {} })
      defaultClaim(claim)
    }
    fill(made(obj, 'status'), { replicas: 0, availableReplicas: 0 })
  },
  prepareForCreate: (obj) => void (obj.status = { replicas: 0, availableReplicas: 0 }),
}

const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation'
const NO_DAEMONS = { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 }

const daemonSet: Strategy = {
  default(obj) {
    const s = spec(obj)
    const update = made(s, 'updateStrategy')
    fillZero(update, { type: 'RollingUpdate' })
    if (update.type === 'RollingUpdate') fill(made(update, 'rollingUpdate'), { maxUnavailable: 1, maxSurge: 0 })
    fill(s, { revisionHistoryLimit: 10 })
    defaultPodTemplate(template(s))
    fill(made(obj, 'status'), NO_DAEMONS)
  },
  prepareForCreate(obj) {
    obj.status = { ...NO_DAEMONS }
    ;(obj.metadata.annotations ??= {})[TEMPLATE_GENERATION] ??= '1'
  },
  // The old count of template changes, which clients may not set, lives on in an annotation.
  prepareForUpdate(obj, old) {
    const before = old.metadata.annotations?.[TEMPLATE_GENERATION] ?? '1'
    const changed = !semanticEqual(objectAt(obj, 'spec.template'), objectAt(old, 'spec.template'))
    ;(obj.metadata.annotations ??= {})[TEMPLATE_GENERATION] = changed ? String(Number(before) + 1) : before
  },
}

function defaultJobSpec(s: Json): void {
  if (s.completions === undefined && s.parallelism === undefined) fill(s, { completions: 1 })
  fill(s, {
    parallelism: 1,
    backoffLimit: s.backoffLimitPerIndex === undefined ? 6 : MAX_INT32,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: s.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed',
    manualSelector: false,
  })
}

const UID_LABELS = ['controller-uid', 'batch.kubernetes.io/controller-uid']
const NAME_LABELS = ['job-name', 'batch.kubernetes.io/job-name']

/** A job selects its pods by its own uid unless the user takes that over. */
function generateSelector(obj: KubeObject): void {
  const s = spec(obj)
  const labels = made(made(made(s, 'template'), 'metadata'), 'labels')
  const own = obj.metadata.labels ?? {}
  const follows = isDeepStrictEqual(own, labels) && !empty(own)
  for (const key of NAME_LABELS) labels[key] ??= obj.metadata.name ?? ''
  for (const key of UID_LABELS) labels[key] ??= obj.metadata.uid
  fill(made(made(s, 'selector'), 'matchLabels'), { 'batch.kubernetes.io/controller-uid': obj.metadata.uid })
  // Labels that are those of the template stay so.
  if (follows) obj.metadata.labels = { ...labels } as Record<string, string>
}

const patternStatus = (holder: Json | undefined): void => {
  for (const rule of objectsAt(holder, 'podFailurePolicy.rules')) {
    for (const pattern of objectsAt(rule, 'onPodConditions')) fillZero(pattern, { status: 'True' })
  }
}

function labelsOfTemplate(obj: KubeObject): void {
  const labels = textMap(objectAt(obj, 'spec.template.metadata.labels'))
  if (labels !== undefined && empty(obj.metadata.labels)) obj.metadata.labels = { ...labels }
}

const job: Strategy = {
  default(obj) {
    const s = spec(obj)
    defaultJobSpec(s)
    labelsOfTemplate(obj)
    defaultPodTemplate(template(s))
    patternStatus(s)
    obj.status ??= {}
  },
  prepareForCreate(obj) {
    obj.status = {}
    if (spec(obj).manualSelector === false) generateSelector(obj)
  },
  // A job without labels of its own has those of its template, the generated ones too.
  canonicalize: labelsOfTemplate,
}

const cronJob: Strategy = {
  default(obj) {
    const s = spec(obj)
    fillZero(s, { concurrencyPolicy: 'Allow' })
    fill(s, { suspend: false, successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1 })
    const jobTemplate = made(s, 'jobTemplate')
    jobTemplate.metadata ??= {}
    const inner = made(jobTemplate, 'spec')
    defaultPodTemplate(template(inner))
    patternStatus(inner)
    obj.status ??= {}
  },
  prepareForCreate: (obj) => void (obj.status = {}),
}

const disruptionBudget: Strategy = {
  default(obj) {
    spec(obj)
    fill(made(obj, 'status'), NO_BUDGET)
  },
  prepareForCreate: (obj) => void (obj.status = { ...NO_BUDGET }),
}
const NO_BUDGET = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 }

export const workloadStrategies: Readonly<Record<string, Strategy>> = {
  replicationcontrollers: replicationController,
  podtemplates: podTemplate,
  'statefulsets.apps': statefulSet,
  'daemonsets.apps': daemonSet,
  'jobs.batch': job,
  'cronjobs.batch': cronJob,
  'poddisruptionbudgets.policy': disruptionBudget,
}
