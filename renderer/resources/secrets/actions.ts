import { lazy } from 'react'
import { can, resourceKey } from '../../kube/resource.ts'
import type { Action, ChangeAction } from '../../tools/actions/action.ts'
import { keylessFault, noPairs, type Pairs } from '../../tools/actions/pairs.ts'
import { valuesPatch } from './values.ts'

const ValuesForm = lazy(() => import('./values-form.tsx').then((m) => ({ default: m.ValuesForm })))

/** The values of a ConfigMap or a Secret as they are read, without base64 in between. */
const values: ChangeAction<Pairs> = {
  id: 'values',
  icon: 'note',
  key: 'v',
  bulk: false,
  needs: [{ verb: 'patch' }],
  offered: (resource) => ['configmaps', 'secrets'].includes(resourceKey(resource)) && can(resource, 'patch'),
  applies: (object) => (object as { immutable?: boolean }).immutable !== true,
  Form: ValuesForm,
  initial: () => noPairs,
  fault: ({ added }) => keylessFault(added),
  plan(object, wish, { path }) {
    const body = valuesPatch(object, wish)
    return body === undefined ? undefined : { change: { method: 'PATCH', type: 'merge', path, body } }
  },
}

export const dataActions: readonly Action[] = [values as Action]
