import type { Container, Node, Pod, PodSpec, Strings, Taint } from '../../client/objects.ts'

let next = 0

/** A pending pod of the default scheduler; `requests` go to its one container. */
export function makePod(name: string, requests: Strings = {}, spec: PodSpec = {}): Pod {
  const container: Container = { name: 'c', image: 'x', resources: { requests } }
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', uid: `uid-${name}-${next++}`, resourceVersion: '1', generation: 1 },
    spec: { schedulerName: 'default-scheduler', priority: 0, containers: [container], ...spec },
    status: { phase: 'Pending' },
  }
}

export function makeNode(
  name: string,
  more: { allocatable?: Strings; labels?: Strings; taints?: Taint[]; unschedulable?: boolean } = {},
): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: more.labels ?? {} },
    spec: { ...(more.taints ? { taints: more.taints } : {}), ...(more.unschedulable ? { unschedulable: true } : {}) },
    status: { allocatable: { cpu: '4', memory: '8Gi', pods: '110', 'ephemeral-storage': '20Gi', ...more.allocatable } },
  }
}
