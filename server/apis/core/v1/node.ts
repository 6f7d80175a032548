import { duplicate, forbiddenField, invalid, type FieldError } from '../../../machinery/field-errors.ts'
import { goQuote } from '../../../machinery/go-quote.ts'
import { checkCidr, checkCidrFamilies } from '../../../machinery/ip.ts'
import { byteLength, labelValueErrors, nameIsSubdomain } from '../../../machinery/names.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from '../../meta/v1/validation.ts'
import { checkPositive, checkQualifiedName } from './checks.ts'
import { internalValue } from './internal-form.ts'
import { validateKubeFinalizers } from './pod-metadata.ts'
import { quantityOfText, roundResources } from './resource-lists.ts'
import { checkResourceQuantity } from './resources.ts'
import { validateTaintEffect } from './tolerations.ts'
import type { Node, NodeStatus, ResourceList, Taint } from './types.ts'

/** Nodes: defaults and rules (core/v1 defaults and conversion, core/validation ValidateNode). */
const TAINTS_ANNOTATION = 'scheduler.alpha.kubernetes.io/taints'
const feature = /^[A-Z][a-zA-Z0-9]*(\/[a-zA-Z][a-zA-Z0-9]*)*$/

export function defaultNode(node: Node): void {
  const spec = (node.spec ??= {})
  const { podCIDR, podCIDRs } = spec
  // podCIDR is the older field and wins when the two differ.
  if (podCIDR && podCIDRs?.[0] !== podCIDR) spec.podCIDRs = [podCIDR]
  else if (!podCIDR && podCIDRs?.length) spec.podCIDR = podCIDRs[0]
  defaultNodeStatus(node)
}

export function defaultNodeStatus(node: Node): void {
  const status = (node.status ??= {})
  printZeros(status)
  roundResources(status.capacity)
  if (status.allocatable) roundResources(status.allocatable)
  else if (status.capacity) status.allocatable = { ...status.capacity }
}

const infoFields = [
  'machineID',
  'systemUUID',
  'bootID',
  'kernelVersion',
  'osImage',
  'containerRuntimeVersion',
  'kubeletVersion',
  'kubeProxyVersion',
  'operatingSystem',
  'architecture',
] as const

// Structs and plain fields that Go prints even when they are empty.
function printZeros(status: NodeStatus): void {
  const endpoints = (status.daemonEndpoints ??= {})
  const kubelet = (endpoints.kubeletEndpoint ??= {})
  kubelet.Port ??= 0
  const info = (status.nodeInfo ??= {})
  for (const field of infoFields) info[field] ??= ''
  for (const c of status.conditions ?? []) {
    c.lastHeartbeatTime ??= null
    c.lastTransitionTime ??= null
  }
}

export function validateTaints(errors: FieldError[], taints: readonly Taint[], path: string): void {
  const seen = new Set<string>()
  taints.forEach((t, i) => {
    const at = `${path}[${i}]`
    const { key = '', value = '', effect = '' } = t
    checkQualifiedName(errors, key, `${at}.key`)
    const texts = labelValueErrors(value)
    if (texts.length > 0) errors.push(invalid(`${at}.value`, value, texts.join(';')))
    validateTaintEffect(errors, effect, `${at}.effect`)
    const id = `${effect}/${key}`
    if (seen.has(id)) {
      const e = duplicate(at, internalValue('Taint', t))
      errors.push({ ...e, body: `${e.body}: taints must be unique by key and effect pair` })
    }
    seen.add(id)
  })
}

function validateAnnotations(errors: FieldError[], annotations: Record<string, string> | undefined): void {
  const text = annotations?.[TAINTS_ANNOTATION]
  if (!text) return
  try {
    const taints: unknown = JSON.parse(text)
    if (Array.isArray(taints)) validateTaints(errors, taints as Taint[], `metadata.annotations.${TAINTS_ANNOTATION}`)
  } catch (e) {
    errors.push(invalid('metadata.annotations', TAINTS_ANNOTATION, e instanceof Error ? e.message : String(e)))
  }
}

function validateQuantities(errors: FieldError[], list: ResourceList | undefined, path: string): void {
  for (const name in list) checkResourceQuantity(errors, name, quantityOfText(list[name]!), `${path}.${name}`)
}

function validateFeatures(errors: FieldError[], features: readonly string[] | undefined): void {
  const path = 'status.declaredFeatures'
  features?.forEach((f, i) => {
    const text = goQuote(f)
    if (byteLength(f) > 253) errors.push(invalid(`${path}[${i}]`, f, `invalid feature name ${text}: must be no more than 253 characters`))
    else if (!feature.test(f)) {
      const why =
        "must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes"
      errors.push(invalid(`${path}[${i}]`, f, `invalid feature name ${text}: ${why}`))
    }
    const next = features[i + 1]
    if (next === f) errors.push(duplicate(`${path}[${i + 1}]`, next))
    else if (next !== undefined && f > next) errors.push(invalid(`${path}[${i + 1}]`, next, 'list must be sorted alphabetically'))
  })
}

/** A node at creation, without its metadata's general rules. Upstream reports taints under metadata. */
export function validateNode(node: Node): FieldError[] {
  const errors: FieldError[] = []
  const { metadata, spec, status } = node
  validateKubeFinalizers(errors, metadata.finalizers)
  validateAnnotations(errors, metadata.annotations)
  if (spec.taints) validateTaints(errors, spec.taints, 'metadata.taints')
  validateQuantities(errors, status?.capacity, 'status.capacity')
  validateQuantities(errors, status?.allocatable, 'status.allocatable')
  const swap = status?.nodeInfo?.swap?.capacity
  if (swap !== undefined) checkPositive(errors, swap, 'metadata.nodeSwapStatus.capacity')
  validateFeatures(errors, status?.declaredFeatures)
  const cidrs = spec.podCIDRs ?? []
  cidrs.forEach((cidr, i) => checkCidr(errors, `spec.podCIDRs[${i}]`, cidr))
  checkCidrFamilies(errors, 'spec.podCIDRs', cidrs)
  return errors
}

/** An update of a node or its status (ValidateNodeUpdate). */
export function validateNodeChange(node: Node, old: Node): FieldError[] {
  const errors = validateObjectMetaUpdate(node.metadata, old.metadata, 'metadata')
  validateKubeFinalizers(errors, node.metadata.finalizers)
  validateAnnotations(errors, node.metadata.annotations)
  validateQuantities(errors, node.status?.capacity, 'status.capacity')
  validateQuantities(errors, node.status?.allocatable, 'status.allocatable')
  validateFeatures(errors, node.status?.declaredFeatures)
  const seen = new Set<string>()
  node.status?.addresses?.forEach((a, i) => {
    const key = JSON.stringify([a.type ?? '', a.address ?? ''])
    if (seen.has(key)) errors.push(duplicate(`status.addresses[${i}]`, internalValue('NodeAddress', a)))
    seen.add(key)
  })
  validateImmutable(errors, node, old)
  if (node.spec.taints) validateTaints(errors, node.spec.taints, 'metadata.taints')
  if ((node.spec.externalID ?? '') !== (old.spec.externalID ?? '')) errors.push(forbiddenField('spec.externalID', 'may not be updated'))
  return errors
}

function validateImmutable(errors: FieldError[], node: Node, old: Node): void {
  const cidrText = 'node updates may not change podCIDR except from "" to valid'
  const before = old.spec.podCIDRs ?? []
  const after = node.spec.podCIDRs ?? []
  if (before.length > 0) {
    const changes = before.length !== after.length ? 1 : before.filter((c, i) => c !== after[i]).length
    for (let i = 0; i < changes; i++) errors.push(forbiddenField('spec.podCIDRs', cidrText))
  }
  const provider = node.spec.providerID ?? ''
  if (!old.spec.providerID || old.spec.providerID === provider) return
  errors.push(invalid('spec.providerID', null, provider === '' ? 'field cannot be cleared once set' : 'field cannot be modified once set'))
}

/** The main resource's update checks the whole node first. */
export function validateNodeUpdate(node: Node, old: Node): FieldError[] {
  const meta = validateObjectMeta(node.metadata, { namespaced: false, nameErrors: nameIsSubdomain }, 'metadata')
  return [...meta, ...validateNode(node), ...validateNodeChange(node, old)]
}
