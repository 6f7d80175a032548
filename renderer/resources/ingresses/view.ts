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

/** What a controller writes into an Ingress is where it can be reached; until one has, nobody may have taken it. */
export const ingressStatus = (object: Ingress): StatusWord =>
  addressesOf(object).length > 0 ? { text: 'Ready', tone: 'ok' } : { text: 'Pending', tone: 'busy' }

export const ingressView = viewOf<Ingress>({
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
    { id: 'ports', label: 'ports', type: 'mono', width: 80, cell: ({ spec }) => ((spec?.tls ?? []).length > 0 ? '80, 443' : '80') },
  ],
})
