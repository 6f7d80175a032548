import type { PodSpec } from '../apis/core/v1/types.ts'
import type { Entry } from '../cache/entry.ts'
import { goValue } from '../machinery/field-errors.ts'
import { objectAt } from '../machinery/json-walk.ts'
import { labelValueErrors, qualifiedNameErrors } from '../machinery/names.ts'
import { forbidden, internalError, StatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { creates, PODS } from './attributes.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts'
import type { NamespaceLookup } from './namespace-lifecycle.ts'

const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector'
const DEFAULT = 'clusterDefaultNodeSelector'

type Labels = Readonly<Record<string, string>>

/**
 * Pods run where their namespace says (plugin/pkg/admission/podnodeselector).
 * @param told for a namespace the labels that its pods may ask for at all, and as `clusterDefaultNodeSelector` what one without a word gets
 */
export function podNodeSelector(namespaces: NamespaceLookup, told: Labels): AdmissionPlugin {
  const textOf = (key: string): string => (Object.hasOwn(told, key) ? told[key]! : '')
  const check = ({ object, namespace }: AdmissionAttributes, selector: Labels): void => {
    const { metadata, spec } = object as KubeObject & { spec?: PodSpec }
    const own = spec?.nodeSelector ?? {}
    const refuse = (why: string): StatusError => forbidden(PODS, metadata.name ?? '', why)
    if (conflicts(selector, own)) throw refuse('pod node label selector conflicts with its namespace node label selector')
    const allowed = parseLabels(textOf(namespace))
    const isOutside = ([key, value]: [string, string]): boolean => allowed[key] !== value
    if (Object.keys(allowed).length === 0 || !Object.entries(own).some(isOutside)) return
    throw refuse('pod node label selector labels conflict with its namespace whitelist')
  }
  const selectorOf = (namespace: Entry): Labels => {
    const { annotations } = namespace.view().metadata
    return parseLabels(annotations !== undefined && Object.hasOwn(annotations, ANNOTATION) ? annotations[ANNOTATION]! : textOf(DEFAULT))
  }
  const withNamespace = (a: AdmissionAttributes, step: (selector: Labels) => void): void | Promise<void> => {
    if (!creates(a, PODS)) return
    const entry = namespaces.cached(a.namespace)
    if (entry !== undefined) return step(selectorOf(entry))
    return namespaces.fresh(a.namespace).then((found) => {
      if (found === undefined) throw internalError(`namespace ${a.namespace} does not exist`)
      step(selectorOf(found))
    })
  }
  return {
    name: 'PodNodeSelector',
    mutate: (a) =>
      withNamespace(a, (selector) => {
        const spec = (a.object!.spec ??= {}) as PodSpec
        const merged = { ...selector, ...spec.nodeSelector }
        if (!conflicts(selector, spec.nodeSelector ?? {}) && Object.keys(merged).length > 0) spec.nodeSelector = merged
        check(a, selector)
      }),
    validate: (a) => withNamespace(a, (selector) => check(a, selector)),
  }
}

const conflicts = (one: Labels, other: Labels): boolean =>
  Object.entries(one).some(([key, value]) => Object.hasOwn(other, key) && other[key] !== value)

/** `a=b,c=d` (apimachinery `labels`, ConvertSelectorToLabelsMap). What is none of it is nobody's fault but the administrator's: 500. */
function parseLabels(text: string): Labels {
  const labels: Record<string, string> = Object.create(null) as Record<string, string>
  if (text === '') return labels
  for (const part of text.split(',')) {
    const pair = part.split('=')
    if (pair.length !== 2) throw new StatusError(500, '', `invalid selector: [${pair.join(' ')}]`)
    const [key, value] = [pair[0]!.trim(), pair[1]!.trim()]
    const wrong = (path: string, given: string, texts: readonly string[]): StatusError =>
      new StatusError(500, '', `${path}: Invalid value: ${goValue(given)}: ${texts.join('; ')}`)
    const [badKey, badValue] = [qualifiedNameErrors(key), labelValueErrors(value)]
    if (badKey.length > 0) throw wrong('<nil>', key, badKey)
    if (badValue.length > 0) throw wrong(`[${key}]`, value, badValue)
    labels[key] = value
  }
  return labels
}

/** What PodNodeSelector is told: labels by namespace. What is no map of texts is passed over, as upstream. */
export function readPodNodeSelectorConfiguration(value: unknown): Labels {
  const told = Object.entries(objectAt(value, 'podNodeSelectorPluginConfig') ?? {})
  return Object.fromEntries(told.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
