import { lazy } from 'react'
import { parseQuantity } from '../../kube/quantity.ts'
import { can, resourceKey } from '../../kube/resource.ts'
import type { Action, ChangeAction } from '../../tools/actions/action.ts'
import type { Claim } from './types.ts'

const SizeForm = lazy(() => import('./size-form.tsx').then((m) => ({ default: m.SizeForm })))

const sizeOf = (object: unknown): string => (object as Claim | undefined)?.spec?.resources?.requests?.storage ?? ''

/** A claim only ever grows; whether its class allows it is the server's to say. */
const expand: ChangeAction<string> = {
  id: 'expand',
  icon: 'scale',
  bulk: true,
  needs: [{ verb: 'patch' }],
  offered: (resource) => resourceKey(resource) === 'persistentvolumeclaims' && can(resource, 'patch'),
  applies: (object) => (object as Claim).status?.phase === 'Bound',
  Form: SizeForm,
  initial: ([object]) => sizeOf(object),
  fault: (value) => (parseQuantity(value.trim()) === undefined ? 'actions.expand.fault' : undefined),
  plan(object, value, { path }) {
    const storage = value.trim()
    if (parseQuantity(storage) === undefined || storage === sizeOf(object)) return undefined
    const body = { spec: { resources: { requests: { storage } } } }
    return { change: { method: 'PATCH', type: 'merge', path, body }, undo: () => undefined }
  },
}

export const claimActions: readonly Action[] = [expand as Action]
