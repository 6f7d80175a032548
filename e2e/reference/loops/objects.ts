import type { Json } from './case.ts'

/** Objects of which cases are made; what a case is about is given, the rest is the same for all. */
export const containers = [{ name: 'c', image: 'i:1' }]

export const meta = (name: string, labels: Json = { app: name }): Json => ({ name, labels })
export const template = (name: string, spec: Json = {}, more: Json = {}): Json => ({
  metadata: { labels: { app: name }, ...more },
  spec: { containers, ...spec },
})
const selected = (name: string): Json => ({ selector: { matchLabels: { app: name } }, template: template(name) })

export const pod = (name: string, spec: Json = {}, metadata: Json = {}): Json => ({
  ...{ apiVersion: 'v1', kind: 'Pod', metadata: { ...meta(name), ...metadata }, spec: { containers, ...spec } },
})
export const deployment = (name: string, spec: Json): Json => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec: { ...selected(name), ...spec } },
})
export const replicaSet = (name: string, spec: Json): Json => ({
  ...{ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: { name }, spec: { ...selected(name), ...spec } },
})
export const statefulSet = (name: string, spec: Json): Json => ({
  ...{ apiVersion: 'apps/v1', kind: 'StatefulSet', metadata: { name }, spec: { serviceName: name, ...selected(name), ...spec } },
})
export const daemonSet = (name: string, spec: Json): Json => ({
  ...{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name }, spec: { ...selected(name), ...spec } },
})
export const job = (name: string, spec: Json, metadata: Json = {}): Json => ({
  ...{ apiVersion: 'batch/v1', kind: 'Job', metadata: { name, ...metadata } },
  spec: { template: { spec: { restartPolicy: 'Never', containers } }, ...spec },
})
export const cronJob = (name: string, spec: Json, more: Json = {}): Json => ({
  ...{ apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name } },
  spec: { jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers } } } }, ...spec },
  ...more,
})
export const service = (name: string, spec: Json, metadata: Json = {}): Json => ({
  ...{ apiVersion: 'v1', kind: 'Service', metadata: { name, ...metadata } },
  spec: { selector: { app: name }, ports: [{ port: 80 }], ...spec },
})
export const budget = (name: string, spec: Json): Json => ({
  ...{
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name },
    spec: { selector: { matchLabels: { app: name } }, ...spec },
  },
})
/** A node that takes pods; in no namespace, so that its labels are the case's own. */
export const node = (name: string, labels: Json, spec: Json = {}, status: Json = {}): Json => ({
  ...{ apiVersion: 'v1', kind: 'Node', metadata: { name, labels }, spec },
  status: {
    ...{ capacity: { cpu: '4', memory: '8Gi', pods: '110' }, allocatable: { cpu: '4', memory: '8Gi', pods: '110' } },
    conditions: [{ type: 'Ready', status: 'True', lastHeartbeatTime: '{now}', lastTransitionTime: '{now}' }],
    ...status,
  },
})
export const claimTemplate = (name: string): Json => ({
  metadata: { name },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
})

const condition = (type: string, status: string): Json => ({ type, status, lastTransitionTime: '{now}' })
export const ready: Json = {
  phase: 'Running',
  podIP: '10.1.0.1',
  podIPs: [{ ip: '10.1.0.1' }],
  conditions: [condition('Ready', 'True'), condition('ContainersReady', 'True')],
}
export const unready: Json = { phase: 'Running', conditions: [condition('Ready', 'False')] }
export const failed = (exitCode = 1, more: Json = {}): Json => ended('Failed', exitCode, more)
export const succeeded: Json = ended('Succeeded', 0, {})

function ended(phase: string, exitCode: number, more: Json): Json {
  const terminated = { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt: '{now}', finishedAt: '{now}' }
  const containerStatuses = [{ name: 'c', image: 'i:1', imageID: 'i', ready: false, restartCount: 0, state: { terminated } }]
  return { phase, containerStatuses, conditions: [condition('Ready', 'False')], ...more }
}
