import { badRequest, serviceUnavailable, StatusError } from '../machinery/status.ts'
import { type Destination, isGlobalUnicast } from './address.ts'

/** `[scheme:]name[:port]`, as node, pod and service proxies name what they lead to (apimachinery `net.SplitSchemeNamePort`). */
export interface ProxyId {
  scheme: '' | 'http' | 'https'
  name: string
  port: string
}

export function parseProxyId(id: string): ProxyId | undefined {
  const parts = id.split(':')
  if (parts.length > 3) return undefined
  if (parts.length === 3) {
    const [scheme, name, port] = parts as [string, string, string]
    if ((scheme !== 'http' && scheme !== 'https') || name === '') return undefined
    return { scheme, name, port }
  }
  const [name = '', port = ''] = parts
  return name === '' ? undefined : { scheme: '', name, port }
}

/** Where a proxied request goes. */
export interface ProxyTarget extends Destination {
  readonly protocol: 'http:' | 'https:'
}

/** A name or an address as URLs have it. */
export const urlHost = (host: string): string => (host.includes(':') ? `[${host}]` : host)

interface Node {
  status?: { addresses?: { type: string; address: string }[]; daemonEndpoints?: { kubeletEndpoint?: { Port?: number } } }
}

/** Order in which a node's addresses are tried (kube-apiserver --kubelet-preferred-address-types). */
const ADDRESS_TYPES = ['Hostname', 'InternalDNS', 'InternalIP', 'ExternalDNS', 'ExternalIP']
const KUBELET_PORT = 10250

export interface KubeletAddressOptions {
  /** Address types in order of preference; default upstream's. */
  preferredAddressTypes?: readonly string[]
}

/** The kubelet of a node, or another port of the node when the id names one. */
export function nodeTarget(node: Node, id: ProxyId, o: KubeletAddressOptions = {}): ProxyTarget {
  const addresses = node.status?.addresses ?? []
  const types = o.preferredAddressTypes ?? ADDRESS_TYPES
  const address = types.map((t) => addresses.find((a) => a.type === t)).find((a) => a !== undefined)
  if (address === undefined)
    throw new StatusError(
      500,
      '',
      `no preferred addresses found; known addresses: [${addresses.map((a) => `{${a.type} ${a.address}}`).join(' ')}]`,
    )
  const reported = node.status?.daemonEndpoints?.kubeletEndpoint?.Port ?? 0
  const kubelet = reported > 0 ? reported : KUBELET_PORT
  const port = id.port === '' ? kubelet : portNumber(id.port)
  // The kubelet's port is spoken to as a kubelet, whatever scheme the id names.
  if (port === kubelet) return { protocol: 'https:', host: address.address, port, asKubeletClient: true }
  return { protocol: id.scheme === 'https' ? 'https:' : 'http:', host: address.address, port, asKubeletClient: false }
}

interface Pod {
  spec?: { containers?: { ports?: { containerPort: number }[] }[] }
  status?: { podIP?: string }
}

/** A port of a pod; without one in the id the first that a container declares. */
export function podTarget(pod: Pod, id: ProxyId): ProxyTarget {
  const ip = pod.status?.podIP ?? ''
  if (!isGlobalUnicast(ip)) throw badRequest('address not allowed')
  const declared = pod.spec?.containers?.flatMap((c) => c.ports ?? [])[0]?.containerPort
  const scheme = id.scheme === '' ? 'http' : id.scheme
  const port = id.port === '' ? (declared ?? (scheme === 'https' ? 443 : 80)) : portNumber(id.port)
  return { protocol: `${scheme}:`, host: ip, port, asKubeletClient: false }
}

export function portNumber(text: string): number {
  const port = Number(text)
  // As a dial of Go's says it, which is where the reference notices.
  if (port > 65535) throw serviceUnavailable(`error trying to reach service: dial tcp: address ${text}: invalid port`)
  if (!/^\d+$/.test(text) || port < 1) throw badRequest(`invalid port ${JSON.stringify(text)}`)
  return port
}
