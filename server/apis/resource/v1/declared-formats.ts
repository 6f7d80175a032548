import { invalid, tooLong, type FieldError } from '../../../machinery/field-errors.ts'
import { byteLength, dns1123SubdomainErrors, qualifiedNameErrors } from '../../../machinery/names.ts'
import type { Declared } from '../../meta/v1/declared.ts'
import { format } from '../../meta/v1/declared.ts'

/** Formats that only device resources have (apimachinery `api/validate/strfmt.go`). */
const MAX_ID = 32
const MAX_DOMAIN = 63
const MAX_POOL_NAME = 253
const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/
const NO_IDENTIFIER =
  "a valid C identifier must start with alphabetic character or '_', followed by a string of alphanumeric characters or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName', regex used for validation is '[A-Za-z_][A-Za-z0-9_]*')"

export function checkIdentifier(errors: FieldError[], id: string, path: string): void {
  if (byteLength(id) > MAX_ID) errors.push(tooLong(path, MAX_ID))
  if (!IDENTIFIER.test(id)) errors.push(invalid(path, id, NO_IDENTIFIER))
}

/** The name of an attribute with the domain that it belongs to (`k8s-resource-fully-qualified-name`). */
export const attributeName: Declared = (value, { errors, path }) => {
  const name = value as string
  const [domain = '', id, ...more] = name.split('/')
  if (id === undefined) {
    checkIdentifier(errors, name, path)
    errors.push(invalid(path, name, 'a fully qualified name must be a domain and a name separated by a slash'))
  } else if (more.length === 0) {
    if (domain === '') errors.push(invalid(path, '', 'prefix must not be empty'))
    else {
      if (byteLength(domain) > MAX_DOMAIN) errors.push(tooLong(path, MAX_DOMAIN))
      for (const told of dns1123SubdomainErrors(domain)) errors.push(invalid(path, domain, `prefix: ${told}`))
    }
    if (id === '') errors.push(invalid(path, '', 'name must not be empty'))
    else checkIdentifier(errors, id, path)
  }
}

export const poolName: Declared = (value, { errors, path }) => {
  const name = value as string
  if (byteLength(name) > MAX_POOL_NAME) errors.push(tooLong(path, MAX_POOL_NAME))
  name.split('/').forEach((part, i) => {
    if (part === '') errors.push(invalid(path, name, `segment ${i}: must not be empty`))
    else for (const told of dns1123SubdomainErrors(part)) errors.push(invalid(path, part, `segment ${i}: ${told}`))
  })
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
export const shareId: Declared = format((id) => (UUID.test(id) ? [] : ['must be a lowercase UUID in 8-4-4-4-12 format']))

const DEFAULT_DOMAIN = 'kubernetes.io/'
const QUOTA = 'requests.'

/** It must be a name of a quota too, behind `requests.`. */
export const extendedResourceName: Declared = format((name) => [
  ...(!name.includes('/')
    ? ["a name must be a domain-prefixed path, such as 'example.com/my-prop'"]
    : name.includes(DEFAULT_DOMAIN)
      ? [`must not have "${DEFAULT_DOMAIN}" domain`]
      : []),
  ...(name.startsWith(QUOTA) ? [`must not have "${QUOTA}" prefix`] : []),
  ...qualifiedNameErrors(`${QUOTA}${name}`),
])
