import type { Case, Json } from './case.ts'
import { containers, job, node, pod, ready, replicaSet, succeeded } from './objects.ts'
import { looks, ofJob } from './steps.ts'

/** What becomes of pods when it is their node that something happens to. */
const taints = (name: string, list: readonly Json[] | null): Case['steps'][number] => ({
  patch: `nodes/${name}`,
  body: { spec: { taints: list } },
})
const says = (name: string, status: string, reason: string): Case['steps'][number] => ({
  patch: `nodes/${name}`,
  subresource: 'status',
  body: {
    status: { conditions: [{ type: 'Ready', status, reason, message: 'm', lastHeartbeatTime: '{now}', lastTransitionTime: '{now}' }] },
  },
})
const on = (nodeName: string, name: string, spec: Json = {}, metadata: Json = {}): Json =>
  pod(name, { nodeName, containers, ...spec }, metadata)
const condition = (type: string, status: string): Json => ({ type, status, lastHeartbeatTime: '{now}', lastTransitionTime: '{now}' })
const tolerates = (seconds?: number): Json => ({
  tolerations: [{ key: 'out', operator: 'Exists', ...(seconds === undefined ? {} : { effect: 'NoExecute', tolerationSeconds: seconds }) }],
})
const out = { key: 'out', value: 'x', effect: 'NoExecute' }
const eviction = ['taint-eviction-controller']
const garbage = ['pod-garbage-collector-controller']
const lifecycle = ['node-lifecycle-controller', 'taint-eviction-controller']

export const nodeCases: Case[] = [
  {
    name: 'pods of a node that gets a taint, loses it, and gets it again',
    alone: true,
    also: eviction,
    steps: [
      { create: [node('tainted', {})] },
      {
        create: [
          on('tainted', 'stays', tolerates()),
          on('tainted', 'waits', tolerates(600)),
          on('tainted', 'shortly', tolerates(12)),
          on('tainted', 'never', tolerates(0)),
        ],
      },
      taints('tainted', [out]),
      looks,
      taints('tainted', null),
      looks,
      taints('tainted', [out]),
      { pass: 15 },
    ],
  },
  {
    name: 'a pod that comes to a node with a taint, a second taint, and sets whose pods have to go',
    alone: true,
    also: eviction,
    steps: [
      { create: [node('tainted', {}, { taints: [out] })] },
      { create: [on('tainted', 'late'), on('tainted', 'short', tolerates(600))] },
      looks,
      taints('tainted', [out, { key: 'more', effect: 'NoExecute' }]),
      { create: [replicaSet('web', { replicas: 1 }), job('j', {})] },
      { bind: 'app=web', node: 'tainted' },
      { bind: ofJob, node: 'tainted' },
    ],
  },
  {
    name: 'pods of a node that there is not',
    also: garbage,
    steps: [
      { create: [job('j', {}), replicaSet('web', { replicas: 1 }), on('nowhere', 'one'), on('nowhere', 'over'), on('nowhere', 'goes')] },
      { bind: ofJob, node: 'nowhere' },
      { bind: 'app=web', node: 'nowhere' },
      { report: 'app=web', status: ready },
      { report: 'app=over', status: succeeded },
      { delete: 'pods/goes' },
      looks,
      { pass: 90 },
    ],
  },
  {
    name: 'pods that are deleted before they have a node',
    also: garbage,
    steps: [
      { create: [pod('held', {}, { finalizers: ['example.com/hold'] }), pod('free')] },
      { delete: 'pods/held' },
      { delete: 'pods/free' },
      looks,
      { pass: 25 },
    ],
  },
  {
    name: 'pods of a node that is out of service',
    alone: true,
    also: garbage,
    steps: [
      { create: [node('dead', {}), on('dead', 'goes'), on('dead', 'stays'), on('dead', 'over')] },
      { report: 'app=over', status: succeeded },
      { delete: 'pods/goes' },
      says('dead', 'False', 'KubeletNotReady'),
      looks,
      taints('dead', [{ key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }]),
      { pass: 25 },
    ],
  },
  {
    name: 'a node that is not ready, and is again',
    alone: true,
    also: lifecycle,
    shows: 'nodes',
    steps: [
      { create: [node('good', {}), node('bad', { 'beta.kubernetes.io/os': 'linux' })] },
      { create: [on('bad', 'one'), on('bad', 'never', { tolerations: [] })] },
      { report: 'app=one', status: ready },
      says('bad', 'False', 'KubeletNotReady'),
      { pass: 12 },
      looks,
      says('bad', 'True', 'KubeletReady'),
    ],
  },
  {
    name: 'a node falls silent while another one is heard, and is heard again',
    alone: true,
    also: lifecycle,
    shows: 'nodes',
    steps: [
      { create: [node('heard', {}), node('silent', {})] },
      { create: [on('silent', 'one'), on('silent', 'other')] },
      { report: 'app=one', status: ready },
      ...Array.from({ length: 4 }, () => [{ pass: 18 }, says('heard', 'True', 'KubeletReady')]).flat(),
      looks,
      says('silent', 'True', 'KubeletReady'),
      // Nodes are looked at each five seconds.
      { pass: 8 },
    ],
  },
  {
    name: 'a node under pressure, one without a network, and one that is cordoned',
    alone: true,
    also: lifecycle,
    shows: 'nodes',
    steps: [
      { create: [node('pressed', {}), node('cut', {}), node('closed', {})] },
      {
        patch: 'nodes/pressed',
        subresource: 'status',
        body: {
          status: {
            conditions: [
              condition('MemoryPressure', 'True'),
              condition('DiskPressure', 'Unknown'),
              condition('PIDPressure', 'True'),
              condition('Ready', 'True'),
            ],
          },
        },
      },
      {
        patch: 'nodes/cut',
        subresource: 'status',
        body: {
          status: {
            conditions: [condition('NetworkUnavailable', 'True'), condition('Ready', 'True')],
          },
        },
      },
      { patch: 'nodes/closed', body: { spec: { unschedulable: true } } },
      looks,
      { patch: 'nodes/closed', body: { spec: { unschedulable: null } } },
      says('pressed', 'True', 'KubeletReady'),
    ],
  },
]
