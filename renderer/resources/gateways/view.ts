import type { Condition, KubeObject, StatusWord } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'
import { none } from '../printed.ts'

export interface ParentRef {
  group?: string
  kind?: string
  namespace?: string
  name: string
  sectionName?: string
  port?: number
}
export interface BackendRef {
  group?: string
  kind?: string
  namespace?: string
  name: string
  port?: number
  weight?: number
}

export interface Gateway extends KubeObject {
  spec?: {
    gatewayClassName?: string
    addresses?: { type?: string; value?: string }[]
    listeners?: {
      name: string
      hostname?: string
      port: number
      protocol: string
      tls?: { mode?: string; certificateRefs?: { namespace?: string; name: string }[] }
    }[]
  }
  status?: {
    addresses?: { value?: string }[]
    conditions?: Condition[]
    listeners?: { name: string; attachedRoutes?: number; conditions?: Condition[] }[]
  }
}

export interface GatewayClass extends KubeObject {
  spec?: { controllerName?: string; description?: string; parametersRef?: { kind: string; name: string; namespace?: string } }
  status?: { conditions?: Condition[] }
}

export interface Route extends KubeObject {
  spec?: {
    hostnames?: string[]
    parentRefs?: ParentRef[]
    rules?: { name?: string; matches?: Record<string, unknown>[]; filters?: { type: string }[]; backendRefs?: BackendRef[] }[]
  }
  status?: { parents?: { parentRef: ParentRef; controllerName?: string; conditions?: Condition[] }[] }
}

const group = 'gateway.networking.k8s.io'
export const gatewayKey = (plural: string): string => `${plural}.${group}`

/** The first of these that does not hold, in its own words; a kind whose controller has said nothing is waited for. */
export function wordOf(conditions: readonly Condition[] | undefined, order: readonly string[], good: string): StatusWord {
  const told = order.flatMap((type) => conditions?.find((condition) => condition.type === type) ?? [])
  if (told.length === 0 || told.every(({ reason }) => reason === 'Pending')) return { text: 'Pending', tone: 'busy' }
  const bad = told.find(({ status }) => status !== 'True')
  return bad ? { text: bad.reason || `Not${bad.type}`, tone: bad.status === 'Unknown' ? 'busy' : 'bad' } : { text: good, tone: 'ok' }
}

/** Of a route each of its parents says whether it takes it. */
export function routeStatus({ spec, status }: Route): StatusWord {
  const parents = status?.parents ?? []
  const words = parents.map(({ conditions }) => wordOf(conditions, ['Accepted', 'ResolvedRefs'], 'Accepted'))
  const refused = words.find(({ tone }) => tone === 'bad')
  if (refused) return refused
  if (parents.length < (spec?.parentRefs?.length ?? 0)) return { text: 'Pending', tone: 'busy' }
  return words.find(({ tone }) => tone !== 'ok') ?? words[0] ?? { text: 'NoParents', tone: 'warn' }
}

/** A listener that does not work is told of before all of its gateway is said to be well. */
function gatewayStatus({ status }: Gateway): StatusWord {
  const whole = wordOf(status?.conditions, ['Accepted', 'Programmed'], 'Programmed')
  if (whole.tone !== 'ok') return whole
  const words = (status?.listeners ?? []).map(({ conditions }) => listenerStatus(conditions))
  return words.find(({ tone }) => tone === 'bad') ?? whole
}

export const listenerStatus = (conditions: readonly Condition[] | undefined): StatusWord =>
  wordOf(conditions, ['ResolvedRefs', 'Programmed', 'Accepted'], 'Programmed')

export const addressesOf = ({ spec, status }: Gateway): string[] =>
  (status?.addresses ?? spec?.addresses ?? []).flatMap(({ value }) => value ?? [])

export const gatewayView = viewOf<Gateway>({
  namespaced: true,
  status: gatewayStatus,
  columns: [
    {
      id: 'class',
      label: 'class',
      type: 'text',
      width: 140,
      link: gatewayKey('gatewayclasses'),
      cell: ({ spec }) => spec?.gatewayClassName ?? none,
    },
    { id: 'address', label: 'address', type: 'mono', width: 180, cell: (gateway) => addressesOf(gateway).join(', ') || none },
    {
      id: 'listeners',
      label: 'listeners',
      type: 'text',
      width: 180,
      cell: ({ spec }) => (spec?.listeners ?? []).map(({ protocol, port }) => `${protocol}:${port}`).join(', ') || none,
    },
  ],
})

export const gatewayClassView = viewOf<GatewayClass>({
  status: ({ status }) => wordOf(status?.conditions, ['Accepted'], 'Accepted'),
  columns: [{ id: 'controller', label: 'controller', type: 'text', width: 280, cell: ({ spec }) => spec?.controllerName ?? none }],
})

export const routeView = viewOf<Route>({
  namespaced: true,
  status: routeStatus,
  columns: [
    { id: 'hostnames', label: 'hosts', type: 'text', width: 240, cell: ({ spec }) => (spec?.hostnames ?? []).join(', ') || '*' },
    {
      id: 'parents',
      label: 'parents',
      type: 'text',
      width: 200,
      cell: ({ spec }) =>
        (spec?.parentRefs ?? []).map(({ namespace, name }) => [namespace, name].filter(Boolean).join('/')).join(', ') || none,
    },
  ],
})

export const routeKeys = ['httproutes', 'grpcroutes', 'tlsroutes', 'tcproutes', 'udproutes'].map(gatewayKey)

export const gatewayViews = {
  [gatewayKey('gateways')]: gatewayView,
  [gatewayKey('gatewayclasses')]: gatewayClassView,
  ...Object.fromEntries(routeKeys.map((key) => [key, routeView])),
}
