import { goQuote } from '../../../machinery/go-quote.ts'
import { invalid, required, tooLong, type FieldError } from '../../../machinery/field-errors.ts'
import { byteLength, dns1123LabelErrors, dns1123SubdomainErrors, MAX_LABEL, MAX_SUBDOMAIN } from '../../../machinery/names.ts'

/** Names of certificate signers and of the trust bundles that belong to them (core/validation names). */
const MAX_SIGNER_NAME = MAX_SUBDOMAIN + 1 + MAX_SUBDOMAIN + 1 + MAX_LABEL

export function isKubernetesSigner(name: string): boolean {
  const domain = name.split('/')[0]!
  return domain === 'kubernetes.io' || domain.endsWith('.kubernetes.io')
}

// Only the first bad label is reported: the rest would read the same.
function checkLabels(errors: FieldError[], part: string, labelErrors: (label: string) => string[], path: string): void {
  for (const label of part.split('.')) {
    const texts = labelErrors(label)
    for (const text of texts) errors.push(invalid(path, part, `validating label ${goQuote(label)}: ${text}`))
    if (texts.length > 0) return
  }
}

/** `domain.example/path`, up to 571 bytes. */
export function validateSignerName(errors: FieldError[], name: string, path: string): void {
  if (name === '') {
    errors.push(required(path))
    return
  }
  const [domain, rest, surplus] = name.split('/') as [string, string?, string?]
  if (rest === undefined || surplus !== undefined) {
    errors.push(invalid(path, name, "must be a fully qualified domain and path of the form 'example.com/signer-name'"))
    return
  }
  if (byteLength(domain) > MAX_SUBDOMAIN) errors.push(tooLong(path, MAX_SUBDOMAIN))
  checkLabels(errors, domain, dns1123LabelErrors, path)
  if (!domain.includes('.')) errors.push(invalid(path, domain, 'should be a domain with at least two segments separated by dots'))
  checkLabels(errors, rest, dns1123SubdomainErrors, path)
  if (byteLength(name) > MAX_SIGNER_NAME) errors.push(tooLong(path, MAX_SIGNER_NAME))
}

/** A bundle of a signer is named `signer:domain:name`, with the signer's slashes as colons. */
export function trustBundleNameErrors(name: string): string[] {
  const colon = name.lastIndexOf(':')
  return colon === -1 ? dns1123SubdomainErrors(name) : signersTrustBundleNameErrors(name, name.slice(0, colon).replaceAll(':', '/'))
}

/** The same where the signer is known; '' for none. */
export function signersTrustBundleNameErrors(name: string, signer: string): string[] {
  if (signer === '')
    return name.includes(':') ? ['ClusterTrustBundle without signer name must not have ":" in its name'] : dns1123SubdomainErrors(name)
  const prefix = `${signer.replaceAll('/', ':')}:`
  if (!name.startsWith(prefix)) return [`ClusterTrustBundle for signerName ${signer} must be named with prefix ${prefix}`]
  return dns1123SubdomainErrors(name.slice(prefix.length))
}
