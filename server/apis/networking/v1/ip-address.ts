import { goQuote } from '../../../machinery/go-quote.ts'
import { invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { formatAddress } from '../../../machinery/ip-range.ts'
import { parseAddress } from '../../../machinery/ip.ts'
import { dns1123SubdomainErrors, pathSegmentErrors } from '../../../machinery/names.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import { IMMUTABLE, validateObjectMetaUpdate } from '../../meta/v1/validation.ts'

/** IPAddresses: one object for each cluster IP in use; its name is the address (networking/validation). */
interface ParentReference {
  group?: string
  resource?: string
  namespace?: string
  name?: string
}

export const parentOf = (obj: KubeObject): ParentReference | undefined =>
  (obj.spec as { parentRef?: ParentReference } | undefined)?.parentRef

/** The name is the address. */
export function ipAddressNameErrors(name: string): string[] {
  const address = parseAddress(name)
  if (address === undefined) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']
  if (address.leadingZeros) return ['must not have leading 0s']
  if (address.mapped) return ['must not be an IPv4-mapped IPv6 address']
  const canonical = formatAddress(address.family === 4 ? 'IPv4' : 'IPv6', address.bits)
  return canonical === name ? [] : [`must be in canonical form (${goQuote(canonical)})`]
}

export function validateIPAddress(obj: KubeObject): FieldError[] {
  const path = 'spec.parentRef'
  const parent = parentOf(obj)
  if (parent === undefined) return [required(path)]
  const errors: FieldError[] = []
  if (parent.group) for (const text of dns1123SubdomainErrors(parent.group)) errors.push(invalid(`${path}.group`, parent.group, text))
  for (const field of ['resource', 'name', 'namespace'] as const) {
    const value = parent[field] ?? ''
    if (value === '' && field !== 'namespace') errors.push(required(`${path}.${field}`))
    for (const text of pathSegmentErrors(value)) errors.push(invalid(`${path}.${field}`, value, text))
  }
  return errors
}

export function validateIPAddressUpdate(obj: KubeObject, old: KubeObject): FieldError[] {
  const errors = validateIPAddress(obj)
  for (const error of validateObjectMetaUpdate(obj.metadata, old.metadata, 'metadata')) errors.push(error)
  // Upstream shows the value of a reference that it does not have.
  if (!semanticEqual(parentOf(obj), parentOf(old))) errors.push(invalid('spec.parentRef', null, IMMUTABLE))
  return errors
}
