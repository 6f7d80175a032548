import { isIP } from 'node:net'

/** Why no connection came to be, as Go's `net.Dial` says it; undefined for what Node does not tell so. */
export function goDialError(e: Error, host: string, port: number): string | undefined {
  const address = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`
  switch ((e as NodeJS.ErrnoException).code) {
    case 'ECONNREFUSED':
      return `dial tcp ${address}: connect: connection refused`
    case 'EHOSTUNREACH':
      return `dial tcp ${address}: connect: no route to host`
    case 'ENETUNREACH':
      return `dial tcp ${address}: connect: network is unreachable`
    case 'ETIMEDOUT':
      return `dial tcp ${address}: i/o timeout`
    case 'ENOTFOUND':
      return `dial tcp: lookup ${host}: no such host`
    default:
      return undefined
  }
}
