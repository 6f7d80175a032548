import { forbiddenField, invalid, notSupported, required, tooLong, type FieldError } from '../../../machinery/field-errors.ts'
import { checkCidr, parseAddress, parseCidr, type Cidr } from '../../../machinery/ip.ts'
import {
  byteLength,
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  pathSegmentErrors,
  portNameErrors,
  portNumberErrors,
  regexText,
} from '../../../machinery/names.ts'
import { validateLabelSelector, type LabelSelector } from '../../../apis/meta/v1/validation.ts'
import { objectAt, objectsAt, type Json } from '../fill.ts'
import { checkEnum, checkKept, checkTexts, isThere, numberOf, textOf, textsOf, type Rule } from './rule.ts'

/** Ingresses, their classes, and network policies (apis/networking, validation). */
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

function checkReference(errors: FieldError[], ref: Json, at: string): void {
  if (isThere(ref, 'apiGroup'))
    checkTexts(errors, `${at}.apiGroup`, textOf(ref, 'apiGroup'), dns1123SubdomainErrors(textOf(ref, 'apiGroup')))
  for (const key of ['kind', 'name']) {
    const value = textOf(ref, key)
    if (value === '') errors.push(required(`${at}.${key}`))
    else checkTexts(errors, `${at}.${key}`, value, pathSegmentErrors(value))
  }
}

function checkBackend(errors: FieldError[], backend: Json | undefined, at: string): void {
  const [resource, service] = [objectAt(backend, 'resource'), objectAt(backend, 'service')]
  if (resource !== undefined && service !== undefined)
    return void errors.push(invalid(at, '', 'cannot set both resource and service backends'))
  if (resource !== undefined) return checkReference(errors, resource, `${at}.resource`)
  if (service === undefined) return void errors.push(invalid(at, '', 'resource or service backend is required'))
  const name = textOf(service, 'name')
  if (name === '') errors.push(required(`${at}.service.name`))
  else checkTexts(errors, `${at}.service.name`, name, dns1123LabelErrors(name))
  const port = objectAt(service, 'port')
  const [portName, portNumber] = [textOf(port, 'name'), numberOf(port, 'number') ?? 0]
  if (portName !== '' && portNumber !== 0) errors.push(invalid(at, '', 'cannot set both port name & port number'))
  else if (portName !== '') checkTexts(errors, `${at}.service.port.name`, portName, portNameErrors(portName))
  else if (portNumber === 0) errors.push(required(at, 'port name or number is required'))
  else for (const text of portNumberErrors(Number(portNumber))) errors.push(invalid(`${at}.service.port.number`, portNumber, text))
}

function checkRoute(errors: FieldError[], rule: Json, at: string): void {
  const host = textOf(rule, 'host')
  if (host !== '') {
    if (parseAddress(host) !== undefined) errors.push(invalid(`${at}.host`, host, 'must be a DNS name, not an IP address'))
    checkTexts(errors, `${at}.host`, host, hostErrors(host))
  }
  if (objectAt(rule, 'http') === undefined) return
  const paths = objectsAt(rule, 'http.paths')
  if (paths.length === 0) errors.push(required(`${at}.http.paths`))
  paths.forEach((p, i) => {
    const here = `${at}.http.paths[${i}]`
    const type = textOf(p, 'pathType')
    if (!isThere(p, 'pathType')) return void errors.push(required(`${here}.pathType`, 'pathType must be specified'))
    if (PATH_TYPES.includes(type)) checkPath(errors, textOf(p, 'path'), type, `${here}.path`)
    else errors.push(notSupported(`${here}.pathType`, type, PATH_TYPES))
    checkBackend(errors, objectAt(p, 'backend'), `${here}.backend`)
  })
}

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'

const ingress: Rule = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  const rules = objectsAt(spec, 'rules')
  const backend = objectAt(spec, 'defaultBackend')
  if (rules.length === 0 && backend === undefined)
    errors.push(invalid('spec', null, 'either `defaultBackend` or `rules` must be specified'))
  if (backend !== undefined) checkBackend(errors, backend, 'spec.defaultBackend')
  rules.forEach((rule, i) => checkRoute(errors, rule, `spec.rules[${i}]`))
  objectsAt(spec, 'tls').forEach((tls, i) => {
    textsOf(tls, 'hosts').forEach((host, j) => checkTexts(errors, `spec.tls[${i}].hosts[${j}]`, host, hostErrors(host)))
    const secret = textOf(tls, 'secretName')
    if (secret !== '') checkTexts(errors, `spec.tls[${i}].secretName`, secret, dns1123SubdomainErrors(secret))
  })
  const name = textOf(spec, 'ingressClassName')
  if (isThere(spec, 'ingressClassName')) checkTexts(errors, 'spec.ingressClassName', name, dns1123SubdomainErrors(name))
  const annotated = objectAt(obj, 'metadata.annotations')?.[CLASS_ANNOTATION]
  if (old === undefined && typeof annotated === 'string' && isThere(spec, 'ingressClassName') && annotated !== name)
    errors.push(invalid(`annotations.${CLASS_ANNOTATION}`, annotated, 'must match `ingressClassName` when both are specified'))
  return errors
}

const MAX_CONTROLLER = 250
const SCOPES = ['Cluster', 'Namespace']

const ingressClass: Rule = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  const controller = textOf(spec, 'controller')
  checkKept(errors, spec, old === undefined ? undefined : (objectAt(old, 'spec') ?? {}), ['controller'], { path: 'spec.' })
  if (byteLength(controller) > MAX_CONTROLLER) errors.push(tooLong('spec.controller', MAX_CONTROLLER))
  const [domain = '', path] = splitOnce(controller)
  if (controller === '') errors.push(required('spec.controller'))
  else if (path === undefined || path === '' || domain === '')
    errors.push(invalid('spec.controller', controller, 'must be a domain-prefixed path (such as "acme.io/foo")'))
  else checkTexts(errors, 'spec.controller', domain, dns1123SubdomainErrors(domain))
  const parameters = objectAt(spec, 'parameters')
  if (parameters === undefined) return errors
  checkReference(errors, parameters, 'spec.parameters')
  checkEnum(errors, parameters, 'scope', SCOPES, 'spec.parameters.scope')
  const namespace = textOf(parameters, 'namespace')
  if (parameters.scope === 'Namespace') {
    if (!isThere(parameters, 'namespace')) errors.push(required('spec.parameters.namespace', "`parameters.scope` is set to 'Namespace'"))
    else checkTexts(errors, 'spec.parameters.namespace', namespace, dns1123LabelErrors(namespace))
  } else if (parameters.scope === 'Cluster' && isThere(parameters, 'namespace'))
    errors.push(forbiddenField('spec.parameters.namespace', "`parameters.scope` is set to 'Cluster'"))
  return errors
}

function splitOnce(text: string): [string, string | undefined] {
  const slash = text.indexOf('/')
  return slash === -1 ? [text, undefined] : [text.slice(0, slash), text.slice(slash + 1)]
}

function checkPolicyPort(errors: FieldError[], port: Json, at: string): void {
  checkEnum(errors, port, 'protocol', ['TCP', 'UDP', 'SCTP'], `${at}.protocol`)
  const [value, end] = [port.port, numberOf(port, 'endPort')]
  const wrongEnd = (why: string): void => void (end !== undefined && errors.push(invalid(`${at}.endPort`, end, why)))
  if (typeof value === 'number') {
    for (const text of portNumberErrors(value)) errors.push(invalid(`${at}.port`, value, text))
    if (end === undefined) return
    if (end < value) wrongEnd('must be greater than or equal to `port`')
    for (const text of portNumberErrors(Number(end))) wrongEnd(text)
  } else if (typeof value === 'string') {
    wrongEnd('may not be specified when `port` is non-numeric')
    checkTexts(errors, `${at}.port`, value, portNameErrors(value))
  } else wrongEnd('may not be specified when `port` is not specified')
}

function isStrictlyWithin(part: Cidr, whole: Cidr): boolean {
  const host = BigInt((whole.family === 4 ? 32 : 128) - whole.prefix)
  return part.family === whole.family && part.prefix > whole.prefix && part.bits >> host === whole.bits >> host
}

function checkBlock(errors: FieldError[], block: Json, keep: readonly string[], at: string): void {
  const cidr = textOf(block, 'cidr')
  if (cidr === '') return void errors.push(required(`${at}.cidr`))
  checkCidr(errors, `${at}.cidr`, cidr, keep)
  const whole = parseCidr(cidr)
  if (whole === undefined) return
  textsOf(block, 'except').forEach((except, i) => {
    checkCidr(errors, `${at}.except[${i}]`, except, keep)
    const part = parseCidr(except)
    if (part === undefined) return
    if (!isStrictlyWithin(part, whole)) errors.push(invalid(`${at}.except[${i}]`, except, 'must be a strict subset of `cidr`'))
  })
}

function checkPeer(errors: FieldError[], peer: Json, keep: readonly string[], at: string): void {
  const block = objectAt(peer, 'ipBlock')
  const selectors = ['podSelector', 'namespaceSelector'].filter((key) => objectAt(peer, key) !== undefined)
  for (const key of selectors) validateLabelSelector(errors, peer[key] as LabelSelector, `${at}.${key}`)
  if (block !== undefined) checkBlock(errors, block, keep, `${at}.ipBlock`)
  if (block === undefined && selectors.length === 0) errors.push(required(at, 'must specify a peer'))
  else if (block !== undefined && selectors.length > 0) errors.push(forbiddenField(at, 'may not specify both ipBlock and another peer'))
}

const DIRECTIONS = [
  ['ingress', 'from'],
  ['egress', 'to'],
] as const
const POLICY_TYPES = ['Ingress', 'Egress']

/** Blocks that are stored already stay as they are, be they written as one writes them today or not. */
const storedBlocks = (old: Json | undefined): string[] =>
  DIRECTIONS.flatMap(([direction, peers]) =>
    objectsAt(old, `spec.${direction}`).flatMap((rule) =>
      objectsAt(rule, peers).flatMap((p) => [textOf(objectAt(p, 'ipBlock'), 'cidr'), ...textsOf(objectAt(p, 'ipBlock'), 'except')]),
    ),
  )

const networkPolicy: Rule = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  const keep = storedBlocks(old)
  validateLabelSelector(errors, objectAt(spec, 'podSelector') as LabelSelector | undefined, 'spec.podSelector')
  for (const [direction, peers] of DIRECTIONS) {
    objectsAt(spec, direction).forEach((rule, i) => {
      const at = `spec.${direction}[${i}]`
      objectsAt(rule, 'ports').forEach((port, j) => checkPolicyPort(errors, port, `${at}.ports[${j}]`))
      objectsAt(rule, peers).forEach((peer, j) => checkPeer(errors, peer, keep, `${at}.${peers}[${j}]`))
    })
  }
  const types = textsOf(spec, 'policyTypes')
  if (types.length > POLICY_TYPES.length) errors.push(invalid('spec.policyTypes', types, 'may not specify more than two policyTypes'))
  else
    types.forEach((type, i) => {
      if (!POLICY_TYPES.includes(type)) errors.push(notSupported(`spec.policyTypes[${i}]`, type, POLICY_TYPES))
    })
  return errors
}

export const networkRules: Readonly<Record<string, Rule>> = {
  'ingresses.networking.k8s.io': ingress,
  'ingressclasses.networking.k8s.io': ingressClass,
  'networkpolicies.networking.k8s.io': networkPolicy,
}
