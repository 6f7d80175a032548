import { lazy } from 'react'
import { can } from '../../kube/resource.ts'
import type { KubeObject } from '../../kube/types.ts'
import type { Action, ChangeAction, DialogAction, PlaceAction } from './action.ts'
import { keylessFault, noPairs, type Pairs, pairsPatch } from './pairs.ts'

const LabelsForm = lazy(() => import('./pairs-form.tsx').then((m) => ({ default: m.LabelsForm })))
const AnnotationsForm = lazy(() => import('./pairs-form.tsx').then((m) => ({ default: m.AnnotationsForm })))
const ReplicasForm = lazy(() => import('./replicas-form.tsx').then((m) => ({ default: m.ReplicasForm })))
const DuplicateDialog = lazy(() => import('../apply/duplicate-dialog.tsx').then((m) => ({ default: m.DuplicateDialog })))
const DeleteDialog = lazy(() => import('../delete/delete-dialog.tsx').then((m) => ({ default: m.DeleteDialog })))

const replicasOf = (object: KubeObject): number | undefined => {
  const replicas = (object as { spec?: { replicas?: number } }).spec?.replicas
  return typeof replicas === 'number' ? replicas : undefined
}

/** A number of replicas is an int32 (autoscaling/v1 ScaleSpec). */
const countOf = (value: string): number | undefined => (/^\d+$/.test(value) && Number(value) <= 2 ** 31 - 1 ? Number(value) : undefined)

/** Whatever has a `scale`: the kinds of apps, and custom ones. */
const scale: ChangeAction<string> = {
  id: 'scale',
  icon: 'scale',
  key: 's',
  bulk: true,
  needs: [{ verb: 'patch', subresource: 'scale' }],
  offered: (resource) => resource.subresources.includes('scale'),
  Form: ReplicasForm,
  initial: (objects) => String((objects[0] && replicasOf(objects[0])) ?? 1),
  fault: (value) => (countOf(value) === undefined ? 'actions.scale.fault' : undefined),
  plan(_, value, { path }) {
    const count = countOf(value)
    if (count === undefined) return undefined
    const scalePath = `${path}/scale`
    return {
      change: { method: 'PATCH', type: 'merge', path: scalePath, body: { spec: { replicas: count } } },
      read: scalePath,
      fields: [['spec', 'replicas']],
    }
  },
}

const pairs = (id: 'label' | 'annotate', part: 'labels' | 'annotations', Form: ChangeAction<Pairs>['Form']): ChangeAction<Pairs> => ({
  id,
  icon: id === 'label' ? 'tag' : 'note',
  bulk: true,
  needs: [{ verb: 'patch' }],
  offered: (resource) => can(resource, 'patch'),
  Form,
  initial: () => noPairs,
  fault: ({ added }) => keylessFault(added),
  plan(object, value, { path }) {
    const body = pairsPatch(object, part, value)
    return body === undefined ? undefined : { change: { method: 'PATCH', type: 'merge', path, body } }
  },
})

const edit: PlaceAction = {
  id: 'edit',
  icon: 'edit',
  key: 'e',
  bulk: false,
  needs: [{ verb: 'update' }],
  offered: (resource) => can(resource, 'update'),
  to: ({ objects: [object] }) => ({ object: object && { namespace: object.namespace, name: object.name }, tab: 'edit' }),
}

/** As k9s has it: whoever may not edit reads it by a key as well. */
const read: PlaceAction = {
  id: 'yaml',
  icon: 'custom',
  key: 'y',
  bulk: false,
  needs: [{ verb: 'get' }],
  offered: (resource) => can(resource, 'get'),
  to: ({ objects: [object] }) => ({ object: object && { namespace: object.namespace, name: object.name }, tab: 'yaml' }),
}

const copy: DialogAction = {
  id: 'duplicate',
  icon: 'copy',
  bulk: false,
  needs: [{ verb: 'create' }],
  offered: (resource) => can(resource, 'create', 'patch'),
  Dialog: DuplicateDialog,
}

export const deletion: DialogAction = {
  id: 'delete',
  icon: 'trash',
  key: 'd',
  danger: true,
  bulk: true,
  needs: [{ verb: 'delete' }],
  offered: (resource) => can(resource, 'delete'),
  Dialog: DeleteDialog,
}

/** Before and after what a kind has of its own, in menus. */
export const firstActions: readonly Action[] = [read, edit, scale as Action]
export const lastActions: readonly Action[] = [
  pairs('label', 'labels', LabelsForm) as Action,
  pairs('annotate', 'annotations', AnnotationsForm) as Action,
  copy,
  deletion,
]
