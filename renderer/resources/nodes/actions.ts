import { lazy } from 'react'
import { can, resourceKey } from '../../kube/resource.ts'
import type { Action, ChangeAction, DialogAction, Need } from '../../tools/actions/action.ts'
import { keylessFault } from '../../tools/actions/pairs.ts'
import { noTaints, type TaintWish, taintsAfter } from './taints.ts'
import type { Node } from './types.ts'

const TaintsForm = lazy(() => import('./taints-form.tsx').then((m) => ({ default: m.TaintsForm })))
const DrainDialog = lazy(() => import('./drain/drain-dialog.tsx').then((m) => ({ default: m.DrainDialog })))

const offered: ChangeAction['offered'] = (resource) => resourceKey(resource) === 'nodes' && can(resource, 'patch')

const needs: readonly Need[] = [{ verb: 'patch' }]

const cordon = (on: boolean): ChangeAction => ({
  id: on ? 'cordon' : 'uncordon',
  icon: on ? 'cordon' : 'play',
  key: 'c',
  bulk: true,
  needs,
  offered,
  applies: (object) => Boolean((object as Node).spec?.unschedulable) !== on,
  plan(object, _, { path }) {
    if (Boolean((object as Node).spec?.unschedulable) === on) return { skip: 'already' }
    // What is off is not written, as kubectl does.
    return { change: { method: 'PATCH', type: 'merge', path, body: { spec: { unschedulable: on ? true : null } } } }
  },
})

const drain: DialogAction = {
  id: 'drain',
  icon: 'drain',
  danger: true,
  bulk: true,
  needs: [...needs, { verb: 'create', resource: 'pods/eviction' }],
  offered,
  Dialog: DrainDialog,
}

const taint: ChangeAction<TaintWish> = {
  id: 'taint',
  icon: 'tag',
  bulk: true,
  needs,
  offered,
  Form: TaintsForm,
  initial: () => noTaints,
  fault: ({ added }) => keylessFault(added),
  plan(object, wish, { path }) {
    const taints = taintsAfter(object as Node, wish)
    if (!taints) return undefined
    // A list is replaced as a whole: only if it is still the one that was looked at.
    const { resourceVersion } = object.metadata
    return { change: { method: 'PATCH', type: 'merge', path, body: { metadata: { resourceVersion }, spec: { taints } } } }
  },
}

export const nodeActions: readonly Action[] = [cordon(true), cordon(false), drain, taint] as Action[]
