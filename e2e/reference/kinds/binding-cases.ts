import { minimal, withPaths, type Json } from './cases.ts'

/** Bindings to compare: what the pod is like, what is posted to `pods/{name}/binding`, and what is done to the pod before. */
export interface BindingCase {
  name: string
  pod: Json
  /** Set in the binding; `uid` and `resourceVersion` given as `own` are the pod's. */
  binding: Json
  before?: 'bind' | 'delete'
}

export const bindingOf = (podName: string, set: Json): Json =>
  withPaths(
    { apiVersion: 'v1', kind: 'Binding', metadata: { name: podName }, target: { apiVersion: 'v1', kind: 'Node', name: 'node-1' } },
    set,
  )

const pod = (name: string, set: Json = {}): Json => withPaths(minimal.Pod, { 'metadata.name': name, ...set })

export const bindingCases: readonly BindingCase[] = [
  { name: 'plain', pod: pod('b-plain'), binding: {} },
  { name: 'no kind', pod: pod('b-no-kind'), binding: { 'target.kind': undefined } },
  {
    name: 'labels and annotations',
    pod: pod('b-labels', { 'metadata.labels': { a: '1', b: '2' } }),
    binding: { 'metadata.labels': { b: '3' }, 'metadata.annotations': { x: 'y' } },
  },
  { name: 'bound already', pod: pod('b-bound'), binding: {}, before: 'bind' },
  { name: 'being deleted', pod: pod('b-deleted', { 'metadata.finalizers': ['x.io/y'] }), binding: {}, before: 'delete' },
  { name: 'gated', pod: pod('b-gated', { 'spec.schedulingGates': [{ name: 'x.io/y' }] }), binding: {} },
  { name: 'wrong kind', pod: pod('b-kind'), binding: { 'target.kind': 'Pod' } },
  { name: 'no name', pod: pod('b-none'), binding: { 'target.name': '' } },
  { name: 'bad name', pod: pod('b-bad'), binding: { 'target.name': 'A' } },
  { name: 'wrong kind and no name', pod: pod('b-both'), binding: { 'target.kind': 'Pod', 'target.name': '' } },
  { name: 'other pod', pod: pod('b-other'), binding: { 'metadata.name': 'else' } },
  { name: 'other uid', pod: pod('b-uid'), binding: { 'metadata.uid': '00000000-0000-0000-0000-000000000000' } },
  { name: 'other version', pod: pod('b-version'), binding: { 'metadata.resourceVersion': '1' } },
]
