import type { Entry } from '../cache/entry.ts'
import type { KubeObject } from '../machinery/types.ts'
import { CLAIMS, creates } from './attributes.ts'
import type { AdmissionPlugin } from './contract.ts'

/** Cluster-wide classes, from the cache. */
export type Classes = () => Iterable<Entry>

const INGRESSES = { group: 'networking.k8s.io', resource: 'ingresses' }
const INGRESS_MARKS = ['ingressclass.kubernetes.io/is-default-class']
const STORAGE_MARKS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']

interface Mark {
  readonly marked: boolean
  readonly created: number
}

/** The newest class that is marked as the default, of equally old ones the first by name; undefined without any. */
function defaultOf(classes: Classes, marks: readonly string[]): () => string | undefined {
  const read = new WeakMap<Entry, Mark>()
  const markOf = (entry: Entry): Mark => {
    const known = read.get(entry)
    if (known !== undefined) return known
    const { annotations, creationTimestamp } = entry.view().metadata
    const mark = { marked: marks.some((m) => annotations?.[m] === 'true'), created: Date.parse(creationTimestamp ?? '') || 0 }
    read.set(entry, mark)
    return mark
  }
  return () => {
    let found: { name: string; created: number } | undefined
    for (const entry of classes()) {
      const { marked, created } = markOf(entry)
      if (!marked || (found !== undefined && (created < found.created || (created === found.created && entry.name > found.name)))) continue
      found = { name: entry.name, created }
    }
    return found?.name
  }
}

/** Has the object an annotation or a field that names a class, were it none. */
const names = (obj: KubeObject, annotation: string, field: string): boolean => {
  const spec = obj.spec as Record<string, unknown> | undefined
  return obj.metadata.annotations?.[annotation] !== undefined || (spec?.[field] !== undefined && spec[field] !== null)
}

function setClass(obj: KubeObject, field: string, name: string | undefined): void {
  if (name !== undefined) ((obj.spec ??= {}) as Record<string, unknown>)[field] = name
}

/** A claim that says nothing of its class gets the default one (plugin/pkg/admission/storage/storageclass/setdefault). */
export function defaultStorageClass(classes: Classes): AdmissionPlugin {
  const find = defaultOf(classes, STORAGE_MARKS)
  return {
    name: 'DefaultStorageClass',
    mutate(a) {
      if (!creates(a, CLAIMS) || names(a.object!, 'volume.beta.kubernetes.io/storage-class', 'storageClassName')) return
      setClass(a.object!, 'storageClassName', find())
    },
  }
}

/** The same for an Ingress (plugin/pkg/admission/network/defaultingressclass). */
export function defaultIngressClass(classes: Classes): AdmissionPlugin {
  const find = defaultOf(classes, INGRESS_MARKS)
  return {
    name: 'DefaultIngressClass',
    mutate(a) {
      if (!creates(a, INGRESSES) || names(a.object!, 'kubernetes.io/ingress.class', 'ingressClassName')) return
      setClass(a.object!, 'ingressClassName', find())
    },
  }
}
