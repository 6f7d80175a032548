import type { Beside } from '../../kube/columns.ts'
import type { KubeObject, StatusWord } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'
import { none } from '../printed.ts'

export interface Backend {
  service?: { name: string; port?: { number?: number; name?: string } }
  resource?: { apiGroup?: string; kind: string; name: string }
}

export interface Ingress extends KubeObject {
  spec?: {
    ingressClassName?: string
    defaultBackend?: Backend
    tls?: { hosts?: string[]; secretName?: string }[]
    rules?: { host?: string; http?: { paths?: { path?: string; pathType?: string; backend: Backend }[] } }[]
  }
  status?: { loadBalancer?: { ingress?: { ip?: string; hostname?: string }[] } }
}

export const addressesOf = ({ status }: Ingress): string[] =>
  (status?.loadBalancer?.ingress ?? []).flatMap(({ ip, hostname }) => ip ?? hostname ?? [])

/** As a list keeps it: with the names of the Services that it sends to and that are not there, once that is known. */
export interface ListedIngress extends Ingress {
  missing?: readonly string[]
}

const backendsOf = ({ spec }: Ingress): string[] => {
  const all = [spec?.defaultBackend, ...(spec?.rules ?? []).flatMap(({ http }) => (http?.paths ?? []).map(({ backend }) => backend))]
  return [...new Set(all.flatMap((backend) => backend?.service?.name ?? []))]
}

const beside: Beside<ListedIngress> = {
  resource: { group: '', version: 'v1', plural: 'services', namespaced: true },
  metadataOnly: true,
  trim: ({ metadata: { name, namespace, uid, resourceVersion } }) => ({ metadata: { name, namespace, uid, resourceVersion } }),
  join(services) {
    const there = new Set<string>()
    for (const { metadata } of services) there.add(`${metadata.namespace ?? ''}/${metadata.name}`)
    return (ingress) => {
      const missing = backendsOf(ingress).filter((name) => !there.has(`${ingress.metadata.namespace ?? ''}/${name}`))
      return ingress.missing?.join() === missing.join() ? ingress : { ...ingress, missing }
    }
  },
}

/**
 * A Service that is not there answers nobody, whatever the address. What a controller writes into an Ingress is where it can be reached;
 * until one has, nobody may have taken it.
 */
export function ingressStatus(object: ListedIngress): StatusWord {
  if ((object.missing?.length ?? 0) > 0) return { text: 'BackendNotFound', tone: 'warn' }
  return addressesOf(object).length > 0 ? { text: 'Ready', tone: 'ok' } : { text: 'Pending', tone: 'busy' }
}

export const ingressView = viewOf<ListedIngress>({
  namespaced: true,
  status: ingressStatus,
  columns: [
    {
      id: 'class',
      label: 'class',
      type: 'text',
      width: 130,
      link: 'ingressclasses.networking.k8s.io',
      cell: ({ spec }) => spec?.ingressClassName ?? none,
    },
    {
      id: 'hosts',
      label: 'hosts',
      type: 'text',
      width: 240,
      cell: ({ spec }) => [...new Set((spec?.rules ?? []).map(({ host }) => host || '*'))].join(', ') || '*',
    },
    { id: 'address', label: 'address', type: 'mono', width: 160, cell: (object) => addressesOf(object).join(', ') || none },
    {
      id: 'missing',
      label: 'missing',
      type: 'text',
      width: 160,
      hidden: true,
      cell: ({ missing = [] }) => missing.join(', '),
    },
    { id: 'ports', label: 'ports', type: 'mono', width: 80, cell: ({ spec }) => ((spec?.tls ?? []).length > 0 ? '80, 443' : '80') },
  ],
  beside,
})
