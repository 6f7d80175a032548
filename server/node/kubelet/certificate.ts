import { createAuthority, issueCertificate, type KeyPair } from '../../serving/x509.ts'

/**
 * A serving certificate for a node that is given none, as a kubelet makes it (client-go's util/cert): signed by an authority that is
 * kept nowhere, whose certificate follows in `cert`; good for a year from `now`, in milliseconds since the epoch.
 */
export function selfSigned(nodeName: string, address: string, now: number): KeyPair {
  const seconds = Math.floor(now / 1000)
  const authority = createAuthority(`${nodeName}-ca@${seconds}`, now)
  const names = [...new Set([nodeName, address])]
  const { cert, key } = issueCertificate(authority, { commonName: `${nodeName}@${seconds}`, use: 'server', names, now })
  return { cert: cert + authority.cert, key }
}
