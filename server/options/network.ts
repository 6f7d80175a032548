import { isIP } from 'node:net'
import type { Family } from './flag.ts'

export interface NetworkOptions {
  /** CIDR. */
  serviceClusterIpRange: string
}

// At most 2^20 addresses, as in kube-apiserver: allocations are remembered as one bit each.
const hostBits = 20

export const network: Family<NetworkOptions> = {
  title: 'Network',
  defaults: { serviceClusterIpRange: '10.0.0.0/24' },
  flags: {
    'service-cluster-ip-range': {
      field: 'serviceClusterIpRange',
      type: 'string',
      help: 'CIDR that cluster IPs of services are taken from; no node or pod may have an address in it.',
    },
  },
  validate(o) {
    const range = o.serviceClusterIpRange
    const named = `--service-cluster-ip-range ${JSON.stringify(range)}`
    if (range.includes(',')) return [`${named}: two ranges (dual stack) are not supported`]
    const [address = '', mask = '', ...more] = range.split('/')
    const bits = isIP(address) === 4 ? 32 : isIP(address) === 6 ? 128 : 0
    if (bits === 0 || !/^\d{1,3}$/.test(mask) || Number(mask) > bits || more.length > 0)
      return [`${named} is not a CIDR such as 10.0.0.0/24`]
    if (bits - Number(mask) > hostBits) return [`${named} is too large; for ${bits}-bit addresses the mask must be >= ${bits - hostBits}`]
    if (bits - Number(mask) < 3) return [`${named} must have at least 8 addresses`]
    return []
  },
}
