import { notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { checkAddress } from '../../../machinery/ip.ts'
import { dns1123SubdomainErrors, nameIsSubdomain, portNumberErrors } from '../../../machinery/names.ts'
import type { KubeObject, ObjectMeta } from '../../../machinery/types.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from '../../meta/v1/validation.ts'
import { checkLabel, checkQualifiedName, invalidTexts } from './checks.ts'
import { checkEndpointIp } from './endpoint-ip.ts'
import { PROTOCOLS } from './service.ts'
import { semanticEqual } from './semantic-equal.ts'

/** Endpoints: defaults and rules (core/validation ValidateEndpoints). */
export interface EndpointAddress {
  ip?: string
  hostname?: string
  nodeName?: string
}

export interface EndpointPort {
  name?: string
  port?: number
  protocol?: string
  appProtocol?: string
}

export interface Subset {
  addresses?: EndpointAddress[]
  notReadyAddresses?: EndpointAddress[]
  ports?: EndpointPort[]
}

export interface Endpoints {
  metadata: ObjectMeta
  subsets?: Subset[]
}

export const endpointsOf = (obj: KubeObject): Endpoints => obj as unknown as Endpoints

export function defaultEndpoints(e: Endpoints): void {
  for (const s of e.subsets ?? []) for (const p of s.ports ?? []) if (!p.protocol) p.protocol = 'TCP'
}

export function validateEndpoints(e: Endpoints, old?: Endpoints): FieldError[] {
  const errors: FieldError[] = []
  e.subsets?.forEach((s, i) => validateSubset(errors, s, `subsets[${i}]`))
  // What older servers let in may stay.
  return errors.length > 0 && old !== undefined && semanticEqual(old.subsets, e.subsets) ? [] : errors
}

export function validateEndpointsUpdate(e: Endpoints, old: Endpoints): FieldError[] {
  const meta = validateObjectMeta(e.metadata, { namespaced: true, nameErrors: nameIsSubdomain }, 'metadata')
  return [...validateObjectMetaUpdate(e.metadata, old.metadata, 'metadata'), ...meta, ...validateEndpoints(e, old)]
}

function validateSubset(errors: FieldError[], s: Subset, path: string): void {
  if (!s.addresses?.length && !s.notReadyAddresses?.length) errors.push(required(path, 'must specify `addresses` or `notReadyAddresses`'))
  for (const field of ['addresses', 'notReadyAddresses'] as const) {
    s[field]?.forEach((a, i) => validateAddress(errors, a, `${path}.${field}[${i}]`))
  }
  const ports = s.ports ?? []
  ports.forEach((p, i) => validatePort(errors, p, ports.length > 1, `${path}.ports[${i}]`))
}

function validateAddress(errors: FieldError[], { ip = '', hostname, nodeName }: EndpointAddress, path: string): void {
  checkAddress(errors, `${path}.ip`, ip)
  if (hostname) checkLabel(errors, hostname, `${path}.hostname`)
  if (nodeName !== undefined) invalidTexts(errors, `${path}.nodeName`, nodeName, dns1123SubdomainErrors(nodeName))
  checkEndpointIp(errors, ip, `${path}.ip`)
}

function validatePort(
  errors: FieldError[],
  { name = '', port = 0, protocol, appProtocol }: EndpointPort,
  needsName: boolean,
  path: string,
): void {
  if (name !== '') checkLabel(errors, name, `${path}.name`)
  else if (needsName) errors.push(required(`${path}.name`))
  invalidTexts(errors, `${path}.port`, port, portNumberErrors(port))
  if (!protocol) errors.push(required(`${path}.protocol`))
  else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS))
  if (appProtocol !== undefined) checkQualifiedName(errors, appProtocol, `${path}.appProtocol`)
}
