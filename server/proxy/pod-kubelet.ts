import { badRequest, notFound } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { ResolvedAddress } from './address.ts'
import type { ProxyOptions } from './subresources.ts'
import { nodeTarget, type ProxyTarget } from './target.ts'

/** What a pod's own subresources ask of the kubelet that runs it (`registry/core/pod/strategy.go`). */

export const nodeOf = (pod: KubeObject): string => (pod.spec as { nodeName?: string } | undefined)?.nodeName ?? ''

/** The kubelet of a pod's node. A node that is not there is told of as upstream does, which takes it for a pod. */
export async function kubeletOf(
  { store, forwarder, kubelet }: ProxyOptions,
  pod: KubeObject,
): Promise<{ target: ProxyTarget; addresses: readonly ResolvedAddress[]; features: readonly string[] }> {
  const name = nodeOf(pod)
  const node = (await store('nodes').find('', name))?.object()
  if (node === undefined) throw notFound({ group: '', resource: 'pods' }, name)
  const target = nodeTarget(node as Parameters<typeof nodeTarget>[0], { scheme: 'https', name, port: '' }, kubelet)
  const { declaredFeatures: features = [] } = (node.status ?? {}) as { declaredFeatures?: string[] }
  return { target, addresses: await forwarder.resolve({ ...target, anyAddress: true }), features }
}

type Named = readonly { name: string }[]

/** The container asked for, or the only one; throws 400 in upstream's words for the rest. */
export function containerOf(pod: KubeObject, wanted: string): string {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = pod.spec as Record<string, Named | undefined>
  const names = [...initContainers, ...containers, ...ephemeralContainers].map((c) => c.name)
  const name = pod.metadata.name ?? ''
  if (wanted !== '') {
    if (names.includes(wanted)) return wanted
    throw badRequest(`container ${wanted} is not valid for pod ${name}`)
  }
  if (containers.length === 1) return containers[0]!.name
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${names.join(' ')}]`)
}
