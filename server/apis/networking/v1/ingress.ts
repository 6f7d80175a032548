import { invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { checkAddress, parseAddress } from '../../../machinery/ip.ts'
import { isSet, numberAt, objectAt, objectsAt, textAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  pathSegmentErrors,
  portNameErrors,
  portNumberErrors,
  regexText,
} from '../../../machinery/names.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { checkSubdomain, invalidTexts } from '../../core/v1/checks.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'

/** Ingresses (apis/networking, validation). */
const WILDCARD_TEXT =
  "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character"

const WILDCARD = String.raw`\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*`

const wildcard = new RegExp(`^${WILDCARD}$`)

const hostErrors = (host: string): string[] =>
  host.includes('*') ? (wildcard.test(host) ? [] : [regexText(WILDCARD_TEXT, WILDCARD, '*.example.com')]) : dns1123SubdomainErrors(host)

const DOTS = ['//', '/./', '/../', '%2f', '%2F']
const ENDS = ['/..', '/.']
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix']

function checkPath(errors: FieldError[], path: string, type: string, at: string): void {
  const exact = type !== 'ImplementationSpecific'
  if (!path.startsWith('/') && (exact || path !== '')) errors.push(invalid(at, path, 'must be an absolute path'))
  if (!exact || path === '') return
  for (const part of DOTS) if (path.includes(part)) errors.push(invalid(at, path, `must not contain '${part}'`))
  for (const end of ENDS) if (path.endsWith(end)) errors.push(invalid(at, path, `cannot end with '${end}'`))
}

export function checkReference(errors: FieldError[], ref: JsonObject, at: string): void {
  if (isSet(ref, 'apiGroup'))
    invalidTexts(errors, `${at}.apiGroup`, textAt(ref, 'apiGroup'), dns1123SubdomainErrors(textAt(ref, 'apiGroup')))
  for (const key of ['kind', 'name']) {
    const value = textAt(ref, key)
    if (value === '') errors.push(required(`${at}.${key}`))
    else invalidTexts(errors, `${at}.${key}`, value, pathSegmentErrors(value))
  }
}

function checkBackend(errors: FieldError[], backend: JsonObject | undefined, at: string): void {
  const [resource, service] = [objectAt(backend, 'resource'), objectAt(backend, 'service')]
  if (resource !== undefined && service !== undefined)
    return void errors.push(invalid(at, '', 'cannot set both resource and service backends'))
  if (resource !== undefined) return checkReference(errors, resource, `${at}.resource`)
  if (service === undefined) return void errors.push(invalid(at, '', 'resource or service backend is required'))
  const name = textAt(service, 'name')
  if (name === '') errors.push(required(`${at}.service.name`))
  else invalidTexts(errors, `${at}.service.name`, name, dns1123LabelErrors(name))
  const port = objectAt(service, 'port')
  const [portName, portNumber] = [textAt(port, 'name'), numberAt(port, 'number') ?? 0]
  if (portName !== '' && portNumber !== 0) errors.push(invalid(at, '', 'cannot set both port name & port number'))
  else if (portName !== '') invalidTexts(errors, `${at}.service.port.name`, portName, portNameErrors(portName))
  else if (portNumber === 0) errors.push(required(at, 'port name or number is required'))
  else for (const text of portNumberErrors(Number(portNumber))) errors.push(invalid(`${at}.service.port.number`, portNumber, text))
}

function checkRoute(errors: FieldError[], rule: JsonObject, at: string): void {
  const host = textAt(rule, 'host')
  if (host !== '') {
    if (parseAddress(host) !== undefined) errors.push(invalid(`${at}.host`, host, 'must be a DNS name, not an IP address'))
    invalidTexts(errors, `${at}.host`, host, hostErrors(host))
  }
  if (objectAt(rule, 'http') === undefined) return
  const paths = objectsAt(rule, 'http.paths')
  if (paths.length === 0) errors.push(required(`${at}.http.paths`))
  paths.forEach((p, i) => {
    const here = `${at}.http.paths[${i}]`
    const type = textAt(p, 'pathType')
    if (!isSet(p, 'pathType')) return void errors.push(required(`${here}.pathType`, 'pathType must be specified'))
    if (PATH_TYPES.includes(type)) checkPath(errors, textAt(p, 'path'), type, `${here}.path`)
    else errors.push(notSupported(`${here}.pathType`, type, PATH_TYPES))
    checkBackend(errors, objectAt(p, 'backend'), `${here}.backend`)
  })
}

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'

export const validateIngress: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  const rules = objectsAt(spec, 'rules')
  const backend = objectAt(spec, 'defaultBackend')
  if (rules.length === 0 && backend === undefined)
    errors.push(invalid('spec', null, 'either `defaultBackend` or `rules` must be specified'))
  if (backend !== undefined) checkBackend(errors, backend, 'spec.defaultBackend')
  rules.forEach((rule, i) => checkRoute(errors, rule, `spec.rules[${i}]`))
  objectsAt(spec, 'tls').forEach((tls, i) => {
    textsAt(tls, 'hosts').forEach((host, j) => invalidTexts(errors, `spec.tls[${i}].hosts[${j}]`, host, hostErrors(host)))
    const secret = textAt(tls, 'secretName')
    if (secret !== '') invalidTexts(errors, `spec.tls[${i}].secretName`, secret, dns1123SubdomainErrors(secret))
  })
  const name = textAt(spec, 'ingressClassName')
  if (isSet(spec, 'ingressClassName')) invalidTexts(errors, 'spec.ingressClassName', name, dns1123SubdomainErrors(name))
  const annotated = objectAt(obj, 'metadata.annotations')?.[CLASS_ANNOTATION]
  if (old === undefined && typeof annotated === 'string' && isSet(spec, 'ingressClassName') && annotated !== name)
    errors.push(invalid(`annotations.${CLASS_ANNOTATION}`, annotated, 'must match `ingressClassName` when both are specified'))
  return errors
}

/** What a controller says of its addresses (apis/networking, ValidateIngressLoadBalancerStatus). */
export const validateIngressStatus: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const kept = new Set(objectsAt(old, 'status.loadBalancer.ingress').map((i) => textAt(i, 'ip')))
  objectsAt(obj, 'status.loadBalancer.ingress').forEach((ingress, i) => {
    const path = `status.loadBalancer.ingress[${i}]`
    const [ip, hostname] = [textAt(ingress, 'ip'), textAt(ingress, 'hostname')]
    if (ip !== '') checkAddress(errors, `${path}.ip`, ip, kept)
    if (hostname === '') return
    checkSubdomain(errors, hostname, `${path}.hostname`)
    if (parseAddress(hostname) !== undefined) errors.push(invalid(`${path}.hostname`, hostname, 'must be a DNS name, not an IP address'))
  })
  return errors
}

/** Of a new one. */
export function* ingressWarnings(obj: KubeObject, old: KubeObject | undefined): IterableIterator<string> {
  if (old === undefined && obj.metadata.annotations?.[CLASS_ANNOTATION] !== undefined && !isSet(obj, 'spec.ingressClassName'))
    yield `annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`
}
