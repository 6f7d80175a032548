import { goQuote } from '../../../machinery/go-quote.ts'
import { addErrors, duplicate, invalid, notSupported, required, tooMany, type FieldError } from '../../../machinery/field-errors.ts'
import { formatAddress } from '../../../machinery/ip-range.ts'
import { checkAddress, parseAddress } from '../../../machinery/ip.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors, labelValueErrors, nameIsSubdomain } from '../../../machinery/names.ts'
import type { KubeObject, ObjectMeta } from '../../../machinery/types.ts'
import { checkLabel, checkQualifiedName, invalidTexts } from '../../core/v1/checks.ts'
import { checkEndpointIp } from '../../core/v1/endpoint-ip.ts'
import { PROTOCOLS } from '../../core/v1/service.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import { IMMUTABLE, validateLabels, validateObjectMeta } from '../../meta/v1/validation.ts'

/** EndpointSlices: defaults and rules (discovery/validation). */
const TYPES = ['FQDN', 'IPv4', 'IPv6']
const MAX_ENDPOINTS = 1000
const MAX_ADDRESSES = 100
const MAX_PORTS = 20_000
const MAX_TOPOLOGY = 16
const MAX_HINTS = 8

interface Endpoint {
  addresses?: string[]
  hostname?: string
  nodeName?: string
  deprecatedTopology?: Record<string, string>
  hints?: { forZones?: { name?: string }[]; forNodes?: { name?: string }[] }
}

export interface EndpointSlice {
  metadata: ObjectMeta
  addressType?: string
  endpoints?: Endpoint[] | null
  ports?: { name?: string; port?: number; protocol?: string; appProtocol?: string }[] | null
}

export const sliceOf = (obj: KubeObject): EndpointSlice => obj as unknown as EndpointSlice

export function defaultEndpointSlice(slice: EndpointSlice): void {
  for (const p of slice.ports ?? []) {
    p.name ??= ''
    p.protocol ??= 'TCP'
  }
  // Both are printed even when there are none.
  slice.endpoints ??= null
  slice.ports ??= null
}

/** v1 has no topology; what is written there is dropped. */
export function dropTopology(slice: EndpointSlice, old: EndpointSlice | undefined): void {
  if (old !== undefined && semanticEqual(old.endpoints, slice.endpoints)) return
  for (const e of slice.endpoints ?? []) delete e.deprecatedTopology
}

export function validateEndpointSlice(slice: EndpointSlice, old?: EndpointSlice): FieldError[] {
  const errors: FieldError[] = []
  const { addressType = '' } = slice
  if (addressType === '') errors.push(required('addressType'))
  else if (!TYPES.includes(addressType)) errors.push(notSupported('addressType', addressType, TYPES))
  validatePorts(errors, slice)
  const inEndpoints: FieldError[] = []
  validateEndpoints(inEndpoints, slice)
  if (old === undefined || !semanticEqual(old.endpoints, slice.endpoints)) addErrors(errors, inEndpoints)
  return errors
}

export function validateEndpointSliceUpdate(slice: EndpointSlice, old: EndpointSlice): FieldError[] {
  const errors = validateObjectMeta(slice.metadata, { namespaced: true, nameErrors: nameIsSubdomain }, 'metadata')
  addErrors(errors, validateEndpointSlice(slice, old))
  if (slice.addressType !== old.addressType) errors.push(invalid('addressType', null, IMMUTABLE))
  return errors
}

function validatePorts(errors: FieldError[], slice: EndpointSlice): void {
  const ports = slice.ports ?? []
  if (ports.length > MAX_PORTS) {
    errors.push(tooMany('ports', ports.length, MAX_PORTS))
    return
  }
  const seen = new Set<string>()
  ports.forEach(({ name = '', protocol, appProtocol }, i) => {
    const path = `ports[${i}]`
    if (name !== '') checkLabel(errors, name, `${path}.name`)
    if (seen.has(name)) errors.push(duplicate(`${path}.name`, name))
    seen.add(name)
    if (protocol === undefined) errors.push(required(`${path}.protocol`))
    else if (!PROTOCOLS.includes(protocol)) errors.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS))
    if (appProtocol !== undefined) checkQualifiedName(errors, appProtocol, `${path}.appProtocol`)
  })
}

function validateEndpoints(errors: FieldError[], slice: EndpointSlice): void {
  const endpoints = slice.endpoints ?? []
  if (endpoints.length > MAX_ENDPOINTS) {
    errors.push(tooMany('endpoints', endpoints.length, MAX_ENDPOINTS))
    return
  }
  endpoints.forEach((e, i) => {
    const path = `endpoints[${i}]`
    validateAddresses(errors, e.addresses ?? [], slice.addressType ?? '', `${path}.addresses`)
    if (e.nodeName !== undefined) invalidTexts(errors, `${path}.nodeName`, e.nodeName, dns1123SubdomainErrors(e.nodeName))
    const topology = e.deprecatedTopology ?? {}
    const count = Object.keys(topology).length
    if (count > MAX_TOPOLOGY) errors.push(tooMany(`${path}.deprecatedTopology`, count, MAX_TOPOLOGY))
    validateLabels(errors, topology, `${path}.deprecatedTopology`)
    if (e.hostname !== undefined) checkLabel(errors, e.hostname, `${path}.hostname`)
    validateHints(errors, e.hints?.forZones, `${path}.hints.forZones`, labelValueErrors)
    validateHints(errors, e.hints?.forNodes, `${path}.hints.forNodes`, dns1123SubdomainErrors)
  })
}

function validateAddresses(errors: FieldError[], addresses: readonly string[], type: string, path: string): void {
  if (addresses.length === 0) errors.push(required(path))
  else if (addresses.length > MAX_ADDRESSES) errors.push(tooMany(path, addresses.length, MAX_ADDRESSES))
  addresses.forEach((address, i) => {
    const at = `${path}[${i}]`
    const before = errors.length
    if (type === 'FQDN') checkFullName(errors, address, at)
    if (type !== 'IPv4' && type !== 'IPv6') return
    checkAddress(errors, at, address)
    if (errors.length === before && type === 'IPv6') checkCanonical(errors, address, at)
    if (errors.length > before) return
    if ((parseAddress(address)!.family === 4 ? 'IPv4' : 'IPv6') !== type) errors.push(invalid(path, address, `must be an ${type} address`))
    checkEndpointIp(errors, address, at)
  })
}

function checkCanonical(errors: FieldError[], address: string, path: string): void {
  const { family, bits } = parseAddress(address)!
  const text = formatAddress(family === 4 ? 'IPv4' : 'IPv6', bits)
  if (text !== address) errors.push(invalid(path, address, `must be in canonical form (${goQuote(text)})`))
}

function checkFullName(errors: FieldError[], name: string, path: string): void {
  if (name === '') {
    errors.push(required(path))
    return
  }
  const bare = name.endsWith('.') ? name.slice(0, -1) : name
  const texts = dns1123SubdomainErrors(bare)
  const labels = bare.split('.')
  if (texts.length > 0) errors.push(invalid(path, bare, texts.join(',')))
  else if (labels.length < 2) errors.push(invalid(path, bare, 'should be a domain with at least two segments separated by dots'))
  else {
    const bad = labels.find((l) => dns1123LabelErrors(l).length > 0)
    if (bad !== undefined) errors.push(invalid(path, bad, dns1123LabelErrors(bad).join(',')))
  }
}

function validateHints(
  errors: FieldError[],
  hints: readonly { name?: string }[] | undefined,
  path: string,
  rule: (name: string) => string[],
): void {
  if (hints === undefined) return
  if (hints.length > MAX_HINTS) {
    errors.push(tooMany(path, hints.length, MAX_HINTS))
    return
  }
  const seen = new Set<string>()
  hints.forEach(({ name = '' }, i) => {
    const at = `${path}[${i}].name`
    if (seen.has(name)) errors.push(duplicate(at, name))
    seen.add(name)
    invalidTexts(errors, at, name, rule(name))
  })
}
