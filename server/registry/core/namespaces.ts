import {
  defaultNamespace,
  KUBERNETES_FINALIZER,
  NAME_LABEL,
  prepareFinalize,
  validateFinalizeUpdate,
  validateNamespace,
  validateNamespaceStatusUpdate,
  validateNamespaceUpdate,
} from '../../apis/core/v1/namespace.ts'
import type { Namespace } from '../../apis/core/v1/types.ts'
import { since } from '../../machinery/duration.ts'
import { nameIsLabel } from '../../machinery/names.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { BuiltInKind } from '../definition.ts'
import type { Strategy } from '../generic/strategy.ts'
import { replacedObject } from '../generic/subresources.ts'
import type { UpdateRules } from '../generic/update-rules.ts'

const ns = (obj: KubeObject): Namespace => obj as unknown as Namespace

const strategy: Strategy = {
  returnDeletedObject: true,
  ownPreconditions: 'Precondition',
  nameErrors: nameIsLabel,
  nameNotOnStatus: true,
  default: (obj) => defaultNamespace(ns(obj)),

  prepareForCreate(obj) {
    const n = ns(obj)
    n.status = { phase: 'Active' }
    const spec = (n.spec ??= {})
    if (!spec.finalizers?.includes(KUBERNETES_FINALIZER)) spec.finalizers = [...(spec.finalizers ?? []), KUBERNETES_FINALIZER]
  },

  validate: (obj) => validateNamespace(ns(obj)),

  prepareForUpdate(obj, old) {
    const n = ns(obj)
    const before = ns(old)
    if (before.spec?.finalizers) n.spec = { ...n.spec, finalizers: before.spec.finalizers }
    else delete n.spec?.finalizers
    if (before.status) n.status = before.status
    n.spec ??= {}
  },

  validateUpdate: (obj, old) => validateNamespaceUpdate(ns(obj), ns(old)),

  prepareForStatusUpdate(obj, old) {
    const n = ns(obj)
    n.spec = ns(old).spec ?? {}
    defaultNamespace(n)
  },

  validateStatusUpdate: (obj, old) => validateNamespaceStatusUpdate(ns(obj), ns(old)),

  // A namespace keeps existing until the finalizers in its spec are gone: its content goes first.
  // The first delete only ever marks it.
  waitsForContent: (obj) => !obj.metadata.deletionTimestamp || (ns(obj).spec?.finalizers?.length ?? 0) > 0,
  // Upstream marks a namespace by other means than the rest, without a grace period.
  markDeleted(obj) {
    const n = ns(obj)
    n.status = { ...n.status, phase: 'Terminating' }
    delete n.metadata.deletionGracePeriodSeconds
  },

  canonicalize(obj) {
    const { metadata } = ns(obj)
    ;(metadata.labels ??= {})[NAME_LABEL] = metadata.name ?? ''
  },
}

const finalize: UpdateRules = {
  subresource: 'finalize',
  defaulted: true,
  prepare: (obj, old) => prepareFinalize(ns(obj), ns(old)),
  validate: (obj, old) => validateFinalizeUpdate(ns(obj), ns(old)),
}

export const namespaces: BuiltInKind = {
  group: '',
  resource: 'namespaces',
  strategy,
  subresources: { finalize: replacedObject({ group: '', version: 'v1', kind: 'Namespace' }, () => finalize) },
  selectableFields: {
    'status.phase': (o) => ns(o).status?.phase ?? '',
    // Kept for clients of old; metadata.name says the same.
    name: (o) => o.metadata.name ?? '',
  },
  table: {
    columns: [
      { name: 'Name', type: 'string', format: 'name' },
      { name: 'Status', type: 'string' },
      { name: 'Age', type: 'string' },
    ],
    cells: (o, now) => [o.metadata.name ?? '', ns(o).status?.phase ?? '', since(o.metadata.creationTimestamp, now)],
  },
}
