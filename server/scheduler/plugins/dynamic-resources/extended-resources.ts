import { randomUUID } from 'node:crypto'
import type { DeviceClass, DeviceRequest, ResourceClaim } from '../../../client/objects-resource.ts'
import type { Container, Pod } from '../../../client/objects.ts'
import type { Lister } from '../../../client/store.ts'
import type { NodeInfo } from '../../node-info.ts'
import type { PodInfo } from '../../pod-info.ts'
import { wholeUnits } from '../../resources.ts'

/** Extended resources that devices stand for (KEP-5004): what a pod requests by name becomes a claim where the node itself has none of it. */
export const IMPLICIT = 'deviceclass.resource.kubernetes.io/'
const ANNOTATION = 'resource.kubernetes.io/extended-resource-claim'

export interface RequestMapping {
  containerName: string
  resourceName: string
  requestName: string
}

const createdAt = ({ metadata }: DeviceClass): number => Date.parse(metadata.creationTimestamp ?? '') || 0

/** The class whose devices a resource stands for; of several that say so the newest, then the first by name. */
export function classOf(resource: string, classes: Lister<DeviceClass>): DeviceClass | undefined {
  if (resource.startsWith(IMPLICIT)) return classes.get(resource.slice(IMPLICIT.length))
  const named = classes.list().filter((c) => c.spec?.extendedResourceName === resource)
  const order = (a: DeviceClass, b: DeviceClass): number => createdAt(b) - createdAt(a) || (a.metadata.name! < b.metadata.name! ? -1 : 1)
  return named.sort(order)[0]
}

/** Whether the node is to provide the resource by devices. What it has itself goes first. */
export const isByDevices = (resource: string, node: NodeInfo, classes: Lister<DeviceClass>): boolean =>
  (node.allocatable.scalars?.get(resource) ?? 0) === 0 && classOf(resource, classes) !== undefined

/** What the pod asks for and a class has devices for, by name. */
export const extendedResourcesOf = ({ requests }: PodInfo, classes: Lister<DeviceClass>): string[] =>
  [...(requests.scalars ?? [])].filter(([name, n]) => n > 0 && classOf(name, classes) !== undefined).map(([name]) => name)

/** What the server makes its name of; until it is made, this is no name that another claim could have. */
export const claimFor = ({ metadata: { name = '', namespace = '', uid = '' } }: Pod): ResourceClaim => ({
  ...{ apiVersion: 'resource.k8s.io/v1', kind: 'ResourceClaim' },
  metadata: {
    ...{ namespace, name: '<extended-resources>', uid: randomUUID(), generateName: `${name}-extended-resources-` },
    ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true }],
    annotations: { [ANNOTATION]: 'true' },
  },
  spec: {},
})

/** The one among the claims of its namespace that was made for a pod: until that has a node, one that an earlier try has left. */
export const madeFor = (pod: Pod, claims: readonly ResourceClaim[]): ResourceClaim | undefined =>
  claims.find(
    ({ metadata }) =>
      metadata.annotations?.[ANNOTATION] === 'true' &&
      metadata.ownerReferences?.some((o) => o.controller === true && o.uid === pod.metadata.uid) === true,
  )

/**
 * A request for each container's share of each resource, and whose it is. Init containers that end take what later containers need first,
 * and share what they need beyond that.
 */
export function requestsOf(
  pod: Pod,
  resources: readonly string[],
  classes: Lister<DeviceClass>,
): { requests: DeviceRequest[]; mappings: RequestMapping[] } {
  const init = pod.spec?.initContainers ?? []
  const containers = [...init, ...(pod.spec?.containers ?? [])]
  const isBrief = (i: number): boolean => i < init.length && containers[i]!.restartPolicy !== 'Always'
  const requests: DeviceRequest[] = []
  const mappings: RequestMapping[] = []
  for (const resource of [...resources].sort()) {
    const deviceClassName = classOf(resource, classes)?.metadata.name ?? ''
    const own = (i: number, reusable: readonly (DeviceRequest | undefined)[]): { request?: DeviceRequest; maps: RequestMapping[] } => {
      const { name: containerName } = containers[i]!
      let missing = amountOf(containers[i]!, resource)
      const maps: RequestMapping[] = []
      for (const r of reusable) {
        if (r === undefined || missing <= 0) continue
        missing -= r.exactly?.count ?? 0
        maps.push({ containerName, resourceName: resource, requestName: r.name })
      }
      if (missing <= 0) return { maps }
      const at = Object.keys(containers[i]!.resources?.requests ?? {})
        .sort()
        .indexOf(resource)
      const name = `container-${i}-request-${at}`
      const request: DeviceRequest = { name, exactly: { deviceClassName, allocationMode: 'ExactCount', count: missing } }
      return { request, maps: [...maps, { containerName, resourceName: resource, requestName: name }] }
    }
    const lasting = containers.map((_, i) => (isBrief(i) ? undefined : own(i, [])))
    const brief = containers.flatMap((_, i) =>
      isBrief(i)
        ? [
            own(
              i,
              lasting.slice(i).map((l) => l?.request),
            ),
          ]
        : [],
    )
    const names = new Set(brief.flatMap(({ request }) => request?.name ?? []))
    const largest = brief
      .flatMap(({ request }) => request ?? [])
      .reduce<DeviceRequest | undefined>((most, r) => ((most?.exactly?.count ?? 0) < (r.exactly?.count ?? 0) ? r : most), undefined)
    if (largest !== undefined) requests.push(largest)
    for (const l of lasting) if (l?.request !== undefined) requests.push(l.request)
    mappings.push(...lasting.flatMap((l) => l?.maps ?? []))
    const shared = (m: RequestMapping): RequestMapping => (names.has(m.requestName) ? { ...m, requestName: largest!.name } : m)
    mappings.push(...brief.flatMap(({ maps }) => maps.map(shared)))
  }
  return { requests: requests.sort((a, b) => (a.name < b.name ? -1 : 1)), mappings }
}

const amountOf = (container: Container, resource: string): number => {
  const text = container.resources?.requests?.[resource]
  return text === undefined ? 0 : wholeUnits(String(text))
}
