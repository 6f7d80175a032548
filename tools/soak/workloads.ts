import type { Connection } from './http.ts'
import { NAMESPACE } from './writer.ts'

/** Work for the control loops beside the writers: deployments that are scaled and replaced, pods nobody schedules, leases, events. */
export interface WorkloadChurn {
  loops: { ms: number; step(): Promise<void> }[]
  summary(): string
  close(): void
}

const DEPLOYMENTS = 5
const PODS = 40
const LEASES = 20

export function workloadChurn(client: Connection, random: () => number): WorkloadChurn {
  const counts = { deployments: 0, pods: 0, leases: 0, events: 0 }
  const api = `/api/v1/namespaces/${NAMESPACE}`
  const below = (n: number): number => Math.floor(random() * n)

  async function deployment(): Promise<void> {
    const name = `web-${below(DEPLOYMENTS)}`
    const path = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments`
    const labels = { app: name }
    const spec = {
      replicas: below(10),
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: 1, containers: [{ name: 'web', image: `nginx:1.${below(4)}` }] },
      },
    }
    const body = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name }, spec }
    if (random() < 0.2) await client.call('DELETE', `${path}/${name}`)
    else if ((await client.call('PUT', `${path}/${name}`, body)).status === 404) await client.call('POST', path, body)
    counts.deployments++
  }

  async function pod(): Promise<void> {
    const name = `idle-${below(PODS)}`
    const spec = { schedulerName: 'nobody', containers: [{ name: 'c', image: 'busybox' }] }
    const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec }
    const { status } = await client.call('POST', `${api}/pods`, body)
    if (status === 409) await client.call('DELETE', `${api}/pods/${name}?gracePeriodSeconds=0`)
    counts.pods++
  }

  async function lease(): Promise<void> {
    const name = `lease-${below(LEASES)}`
    const path = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`
    const body = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name },
      spec: { holderIdentity: `h${below(100)}`, leaseDurationSeconds: 15 },
    }
    if ((await client.call('PUT', `${path}/${name}`, body)).status === 404) await client.call('POST', path, body)
    counts.leases++
  }

  async function event(): Promise<void> {
    const involvedObject = { kind: 'ConfigMap', namespace: NAMESPACE, name: 'w0-0', apiVersion: 'v1' }
    const body = {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { generateName: 'soak.' },
      involvedObject,
      reason: 'Soak',
      message: 'a message',
      type: 'Normal',
    }
    await client.call('POST', `${api}/events`, body)
    counts.events++
  }

  return {
    loops: [
      { ms: 1000, step: deployment },
      { ms: 100, step: pod },
      { ms: 50, step: lease },
      { ms: 200, step: event },
    ],
    summary: () =>
      Object.entries(counts)
        .map(([what, n]) => `${n} ${what}`)
        .join(', '),
    close: () => client.close(),
  }
}
