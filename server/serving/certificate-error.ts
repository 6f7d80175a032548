import type { X509Certificate } from 'node:crypto'

const UNKNOWN = 'certificate signed by unknown authority'
const PURPOSE = 'certificate specifies an incompatible key usage'

/** OpenSSL's reasons in the words of Go's crypto/x509. */
const WORDS: Readonly<Record<string, string>> = {
  ...{ DEPTH_ZERO_SELF_SIGNED_CERT: UNKNOWN, SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN, UNABLE_TO_GET_ISSUER_CERT: UNKNOWN },
  ...{ UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN, UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNKNOWN, CERT_SIGNATURE_FAILURE: UNKNOWN },
  ...{ INVALID_PURPOSE: PURPOSE, INVALID_CA: UNKNOWN, INVALID_EXTENSION: UNKNOWN },
}

const seconds = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

/** Why a client's certificate does not count, for the log: as kube-apiserver says it, which knows certificates by their serial numbers. */
export function certificateError({ serialNumber, validFrom, validTo }: X509Certificate, code: string, now: number): string {
  const outside = (is: string, bound: string): string =>
    `certificate has expired or is not yet valid: current time ${seconds(now)} is ${is} ${seconds(Date.parse(bound))}`
  const why =
    code === 'CERT_HAS_EXPIRED'
      ? outside('after', validTo)
      : code === 'CERT_NOT_YET_VALID'
        ? outside('before', validFrom)
        : (WORDS[code] ?? code)
  return `verifying certificate SN=${BigInt(`0x${serialNumber}`)} failed: x509: ${why}`
}
