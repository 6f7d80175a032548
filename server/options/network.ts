import { canonicalCidr } from '../machinery/ip-range.ts'
import { parseCidr } from '../machinery/ip.ts'
import type { Family } from './flag.ts'

export interface NetworkOptions {
  /** A CIDR, or one of each family with a comma between them: the first is that of services which do not say. */
  serviceClusterIpRange: string
  /** `first-last`, `first+more` or one port (apimachinery `util/net/port_range.go`). */
  serviceNodePortRange: string
  /** Of kube-apiserver's names. */
  endpointReconcilerType: string
  /** How many servers there are, for `master-count`. */
  apiserverCount: number
}

/** As kube-apiserver lists them (`pkg/controlplane/reconcilers`). */
const RECONCILERS: readonly string[] = ['master-count', 'lease', 'none']

/**
 * The widest ranges that an address can be given from: those of IPv6 end at the allocator's /64 (a kube-apiserver starts with a wider one,
 * and then has no address for any service), those of IPv4 where its count of them does.
 */
const WIDEST = { 4: 2, 6: 64 } as const

export const network: Family<NetworkOptions> = {
  title: 'Network',
  defaults: {
    serviceClusterIpRange: '10.0.0.0/24',
    serviceNodePortRange: '30000-32767',
    endpointReconcilerType: 'lease',
    apiserverCount: 1,
  },
  flags: {
    'service-cluster-ip-range': {
      field: 'serviceClusterIpRange',
      type: 'string',
      help:
        'CIDR that cluster IPs of services are taken from, or two of different IP families with a comma between them; no node or pod may have ' +
        'an address in them.',
    },
    'service-node-port-range': {
      field: 'serviceNodePortRange',
      type: 'string',
      help: 'Ports that services of type NodePort get: first-last, both inclusive.',
    },
    'endpoint-reconciler-type': {
      field: 'endpointReconcilerType',
      type: 'string',
      help:
        'Who is behind the service default/kubernetes: with lease every server that keeps its key in etcd (without an etcd this one alone), with ' +
        'master-count as many as --apiserver-count says, with none whoever others say.',
    },
    'apiserver-count': { field: 'apiserverCount', type: 'int', help: 'How many API servers the cluster has, for master-count.' },
  },
  validate: (o) => [...addressErrors(o), ...portErrors(o), ...reconcilerErrors(o)],
}

/** The ranges of --service-cluster-ip-range, which `validate` has found to be good, as ServiceCIDRs have them. */
export const serviceRanges = (o: NetworkOptions): string[] => o.serviceClusterIpRange.split(',').map((range) => canonicalCidr(range)!)

function addressErrors(o: NetworkOptions): string[] {
  const ranges = o.serviceClusterIpRange.split(',')
  const errors = ranges.flatMap(rangeErrors)
  if (errors.length > 0) return errors
  const named = `--service-cluster-ip-range ${JSON.stringify(o.serviceClusterIpRange)}`
  if (ranges.length > 2) return [`${named} must not contain more than two entries`]
  if (ranges.length === 2 && parseCidr(ranges[0]!)!.family === parseCidr(ranges[1]!)!.family)
    return [`${named}: the two must be of different IP family`]
  return []
}

function rangeErrors(range: string): string[] {
  const named = `--service-cluster-ip-range ${JSON.stringify(range)}`
  const cidr = parseCidr(canonicalCidr(range) ?? '')
  if (cidr === undefined) return [`${named} is not a CIDR such as 10.0.0.0/24`]
  const bits = cidr.family === 4 ? 32 : 128
  const widest = WIDEST[cidr.family]
  if (cidr.prefix < widest) return [`${named} is too large; for ${bits}-bit addresses the mask must be >= ${widest}`]
  if (bits - cidr.prefix < 3) return [`${named} must have at least 8 addresses`]
  return []
}

function reconcilerErrors({ endpointReconcilerType: type, apiserverCount: count }: NetworkOptions): string[] {
  const known = type === '' || RECONCILERS.includes(type) ? [] : [`--endpoint-reconciler-type: Reconciler not implemented: ${type}`]
  return count > 0 ? known : [...known, `--apiserver-count should be a positive number, but value '${count}' provided`]
}

/** Who is behind the service `kubernetes`. A store that no other server can open has no leases. */
export function endpointReconciler(
  { endpointReconcilerType: type, apiserverCount: count }: NetworkOptions,
  isShared: boolean,
): { type: 'none' | 'alone' | 'lease' } | { type: 'master-count'; count: number } {
  if (type === 'none') return { type }
  if (type === 'master-count') return { type, count }
  return { type: isShared ? 'lease' : 'alone' }
}

/** The ports of --service-node-port-range, which `validate` has found to be good. */
export function nodePortRange(o: NetworkOptions): { first: number; last: number } {
  const [, from = '', sign = '', to = ''] = PORTS.exec(o.serviceNodePortRange.trim()) ?? []
  const first = Number(from)
  return { first, last: sign === '' ? first : sign === '+' ? first + Number(to) : Number(to) }
}

const PORTS = /^(\d{1,5})(?:\s*([-+])\s*(\d{1,5}))?$/

function portErrors(o: NetworkOptions): string[] {
  const named = `--service-node-port-range ${JSON.stringify(o.serviceNodePortRange)}`
  if (!PORTS.test(o.serviceNodePortRange.trim())) return [`${named} is not a range such as 30000-32767`]
  const { first, last } = nodePortRange(o)
  return first < 1 || last > 65_535 || first > last ? [`${named} must be within 1-65535, its first port not above its last`] : []
}
