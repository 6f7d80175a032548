import { IMMUTABLE, validateObjectMetaUpdate } from '../../apis/meta/v1/validation.ts'
import { invalid, required, type FieldError } from '../../machinery/field-errors.ts'
import { formatAddress } from '../../machinery/ip-range.ts'
import { parseAddress } from '../../machinery/ip.ts'
import { since } from '../../machinery/duration.ts'
import { dns1123SubdomainErrors, pathSegmentErrors } from '../../machinery/names.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { semanticEqual } from '../../apis/core/v1/semantic-equal.ts'
import type { BuiltInKind } from '../definition.ts'
import type { Strategy } from '../generic/strategy.ts'
import { columns } from '../generic/table-columns.ts'

/** IPAddresses: one object for each cluster IP in use; its name is the address (networking/validation). */
interface ParentReference {
  group?: string
  resource?: string
  namespace?: string
  name?: string
}

const parentOf = (obj: KubeObject): ParentReference | undefined => (obj.spec as { parentRef?: ParentReference } | undefined)?.parentRef

function nameErrors(name: string): string[] {
  const address = parseAddress(name)
  if (address === undefined) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']
  if (address.leadingZeros) return ['must not have leading 0s']
  if (address.mapped) return ['must not be an IPv4-mapped IPv6 address']
  const canonical = formatAddress(address.family === 4 ? 'IPv4' : 'IPv6', address.bits)
  return canonical === name ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`]
}

function validateParent(obj: KubeObject): FieldError[] {
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

const strategy: Strategy = {
  nameErrors,
  default: (obj) => void (obj.spec ??= {}),
  validate: validateParent,
  validateUpdate(obj, old) {
    const errors = validateObjectMetaUpdate(obj.metadata, old.metadata, 'metadata')
    if (!semanticEqual(parentOf(obj), parentOf(old))) errors.push(invalid('spec.parentRef', parentOf(obj), IMMUTABLE))
    return errors
  },
}

function parentText(obj: KubeObject): string {
  const p = parentOf(obj)
  if (p === undefined) return '<none>'
  return [p.group ? `${p.resource}.${p.group}` : (p.resource ?? ''), p.namespace ?? '', p.name ?? ''].filter((t) => t !== '').join('/')
}

export const ipaddresses: BuiltInKind = {
  group: 'networking.k8s.io',
  resource: 'ipaddresses',
  strategy,
  table: {
    columns: columns('Name|ParentRef'),
    cells: (o, now) => [o.metadata.name ?? '', parentText(o), since(o.metadata.creationTimestamp, now)],
  },
}
