import type { Change } from '../../kube/changes.ts'
import { isRecord, type KubeObject } from '../../kube/types.ts'
import { revisionOf } from './revision.ts'
import type { Template, Workload } from './types.ts'

/** One version of a workload's template that is kept. */
export interface Revision {
  number: number
  /** The ReplicaSet or ControllerRevision that keeps it. */
  name: string
  /** What it was made for, as `kubernetes.io/change-cause` says. */
  cause?: string
  created?: string
  template: Template
}

const cause = 'kubernetes.io/change-cause'
const hash = 'pod-template-hash'

interface ControllerRevision extends KubeObject {
  revision?: number
  data?: { spec?: { template?: Template & { $patch?: string } } }
}

/** The revisions that these ReplicaSets or ControllerRevisions keep of their owner, the newest first. */
export function revisionsOf(owner: KubeObject, kept: readonly KubeObject[]): Revision[] {
  return kept
    .filter(({ metadata }) => metadata.ownerReferences?.some((o) => o.uid === owner.metadata.uid))
    .flatMap((object): Revision[] => {
      const { name, annotations, creationTimestamp: created } = object.metadata
      const number = object.kind === 'ReplicaSet' ? Number(revisionOf(object)) : ((object as ControllerRevision).revision ?? Number.NaN)
      const template = object.kind === 'ReplicaSet' ? withoutHash((object as Workload).spec?.template) : plain(object as ControllerRevision)
      if (!template || Number.isNaN(number)) return []
      return [{ number, name, template, created, ...(annotations?.[cause] ? { cause: annotations[cause] } : {}) }]
    })
    .sort((a, b) => b.number - a.number)
}

/** A ControllerRevision keeps a patch that replaces the template (pkg/controller/history). */
function plain({ data }: ControllerRevision): Template | undefined {
  if (!data?.spec?.template) return undefined
  const { $patch: _, ...template } = data.spec.template
  return template
}

/** The Deployment controller's own label. */
function withoutHash(template: Template | undefined): Template | undefined {
  const { metadata } = template ?? {}
  if (!template || !isRecord(metadata?.labels)) return template
  const { [hash]: _, ...labels } = metadata.labels
  return { ...template, metadata: { ...metadata, labels } }
}

/**
 * The whole template is another one, as `kubectl rollout undo` has it (polymorphichelpers/rollback.go), and back. The first only if the
 * template is still the one that was looked at: the object's version is another one with every pod that comes and goes.
 */
export function rollbackSteps(object: Workload, { template, cause: why }: Revision, path: string): [there: Change, back: Change] {
  const said = object.metadata.annotations?.[cause]
  const annotation = `/metadata/annotations/${cause.replace('/', '~1')}`
  const because = why !== undefined && object.metadata.annotations ? [{ op: 'add', path: annotation, value: why }] : []
  const before =
    because.length === 0 ? [] : said === undefined ? [{ op: 'remove', path: annotation }] : [{ op: 'add', path: annotation, value: said }]
  const patch = (body: unknown[]): Change => ({ method: 'PATCH', type: 'json', path, body })
  return [
    patch([
      { op: 'test', path: '/spec/template', value: object.spec?.template },
      { op: 'replace', path: '/spec/template', value: template },
      ...because,
    ]),
    patch([{ op: 'replace', path: '/spec/template', value: object.spec?.template }, ...before]),
  ]
}
