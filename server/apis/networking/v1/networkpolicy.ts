import { forbiddenField, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { checkCidr, parseCidr, type Cidr } from '../../../machinery/ip.ts'
import { ensureObject, fillUnset, numberAt, objectAt, objectsAt, textAt, textsAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { portNameErrors, portNumberErrors } from '../../../machinery/names.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { invalidTexts } from '../../core/v1/checks.ts'
import { checkEnum, type Validation } from '../../meta/v1/json-checks.ts'
import { validateLabelSelector, type LabelSelector } from '../../meta/v1/validation.ts'

/** Network policies (networking/v1 defaults; apis/networking, validation). */
export function defaultNetworkPolicy(obj: KubeObject): void {
  const spec = ensureObject(obj, 'spec')
  spec.podSelector ??= {}
  for (const rule of [...objectsAt(spec, 'ingress'), ...objectsAt(spec, 'egress')]) {
    for (const port of objectsAt(rule, 'ports')) fillUnset(port, { protocol: 'TCP' })
  }
  const types = spec.policyTypes as unknown[] | undefined
  if (!types?.length) spec.policyTypes = objectsAt(spec, 'egress').length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
}

function checkPolicyPort(errors: FieldError[], port: JsonObject, at: string): void {
  checkEnum(errors, port, 'protocol', ['TCP', 'UDP', 'SCTP'], `${at}.protocol`)
  const [value, end] = [port.port, numberAt(port, 'endPort')]
  const wrongEnd = (why: string): void => void (end !== undefined && errors.push(invalid(`${at}.endPort`, end, why)))
  if (typeof value === 'number') {
    for (const text of portNumberErrors(value)) errors.push(invalid(`${at}.port`, value, text))
    if (end === undefined) return
    if (end < value) wrongEnd('must be greater than or equal to `port`')
    for (const text of portNumberErrors(Number(end))) wrongEnd(text)
  } else if (typeof value === 'string') {
    wrongEnd('may not be specified when `port` is non-numeric')
    invalidTexts(errors, `${at}.port`, value, portNameErrors(value))
  } else wrongEnd('may not be specified when `port` is not specified')
}

function isStrictlyWithin(part: Cidr, whole: Cidr): boolean {
  const host = BigInt((whole.family === 4 ? 32 : 128) - whole.prefix)
  return part.family === whole.family && part.prefix > whole.prefix && part.bits >> host === whole.bits >> host
}

function checkBlock(errors: FieldError[], block: JsonObject, keep: ReadonlySet<string>, at: string): void {
  const cidr = textAt(block, 'cidr')
  if (cidr === '') return void errors.push(required(`${at}.cidr`))
  checkCidr(errors, `${at}.cidr`, cidr, keep)
  const whole = parseCidr(cidr)
  if (whole === undefined) return
  textsAt(block, 'except').forEach((except, i) => {
    checkCidr(errors, `${at}.except[${i}]`, except, keep)
    const part = parseCidr(except)
    if (part === undefined) return
    if (!isStrictlyWithin(part, whole)) errors.push(invalid(`${at}.except[${i}]`, except, 'must be a strict subset of `cidr`'))
  })
}

function checkPeer(errors: FieldError[], peer: JsonObject, keep: ReadonlySet<string>, at: string): void {
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
const storedBlocks = (old: JsonObject | undefined): string[] =>
  DIRECTIONS.flatMap(([direction, peers]) =>
    objectsAt(old, `spec.${direction}`).flatMap((rule) =>
      objectsAt(rule, peers).flatMap((p) => [textAt(objectAt(p, 'ipBlock'), 'cidr'), ...textsAt(objectAt(p, 'ipBlock'), 'except')]),
    ),
  )

export const validateNetworkPolicy: Validation = (obj, old) => {
  const errors: FieldError[] = []
  const spec = objectAt(obj, 'spec')
  const keep = new Set(storedBlocks(old))
  validateLabelSelector(errors, objectAt(spec, 'podSelector') as LabelSelector | undefined, 'spec.podSelector')
  for (const [direction, peers] of DIRECTIONS) {
    objectsAt(spec, direction).forEach((rule, i) => {
      const at = `spec.${direction}[${i}]`
      objectsAt(rule, 'ports').forEach((port, j) => checkPolicyPort(errors, port, `${at}.ports[${j}]`))
      objectsAt(rule, peers).forEach((peer, j) => checkPeer(errors, peer, keep, `${at}.${peers}[${j}]`))
    })
  }
  const types = textsAt(spec, 'policyTypes')
  if (types.length > POLICY_TYPES.length) errors.push(invalid('spec.policyTypes', types, 'may not specify more than two policyTypes'))
  else
    types.forEach((type, i) => {
      if (!POLICY_TYPES.includes(type)) errors.push(notSupported(`spec.policyTypes[${i}]`, type, POLICY_TYPES))
    })
  return errors
}
