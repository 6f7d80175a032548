import { certificatesIn } from '../authn/request-header.ts'

export type TrustData = Readonly<Record<string, string>>

const BUNDLES = ['client-ca-file', 'requestheader-client-ca-file']
/** The only one that is left out where it is empty. */
const UIDS = 'requestheader-uid-headers'
const LISTS = [
  'requestheader-allowed-names',
  'requestheader-extra-headers-prefix',
  'requestheader-group-headers',
  UIDS,
  'requestheader-username-headers',
]

/**
 * What is trusted now and what was before: other API servers may still show certificates of another CA, and programs may still be told of them. A CA
 * goes when it has ended (`clusterauthenticationtrust`, combinedClusterAuthenticationInfo). What cannot be read of what was before counts for nothing.
 * @param now milliseconds since the epoch
 */
export function withTrustedBefore(before: TrustData, required: TrustData, now: number): TrustData {
  const combined: Record<string, string> = { ...required }
  for (const key of BUNDLES) {
    const bundle = bundleOf([before[key], required[key]], now)
    if (bundle !== '') combined[key] = bundle
  }
  // Without a CA nobody is believed, whatever the headers are called.
  if (combined['requestheader-client-ca-file'] === undefined) return combined
  for (const key of LISTS) {
    const list = [...new Set([...listOf(before[key]), ...listOf(required[key])])]
    if (list.length > 0 || key !== UIDS) combined[key] = JSON.stringify(list)
  }
  return combined
}

function bundleOf(pems: readonly (string | undefined)[], now: number): string {
  const found = new Map<string, string>()
  for (const pem of pems) {
    for (const certificate of readable(() => certificatesIn(pem ?? '')))
      if (certificate.validToDate.getTime() > now) found.set(certificate.fingerprint256, certificate.toString())
  }
  return [...found.values()].join('')
}

function listOf(text: string | undefined): readonly string[] {
  const list = readable(() => JSON.parse(text ?? '[]') as unknown)
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : []
}

function readable<T>(read: () => T): T | [] {
  try {
    return read()
  } catch {
    return []
  }
}
