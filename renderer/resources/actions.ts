import type { Resource } from '../kube/resource.ts'
import type { Action } from '../tools/actions/action.ts'
import { firstActions, lastActions } from '../tools/actions/common.ts'
import { requestActions } from './certificates/actions.ts'
import { namespaceActions } from './namespaces/actions.ts'
import { nodeActions } from './nodes/actions.ts'
import { podActions } from './pods/actions.ts'
import { claimActions } from './volumes/actions.ts'
import { dataActions } from './secrets/actions.ts'
import { workloadActions } from './workloads/actions.ts'

/** The one table of what can be done, in the order of menus: rows, details, the palette and keys read it. */
export const actions: readonly Action[] = [
  ...firstActions,
  ...workloadActions,
  ...podActions,
  ...nodeActions,
  ...namespaceActions,
  ...claimActions,
  ...requestActions,
  ...dataActions,
  ...lastActions,
]

export const actionsOf = (resource: Resource): Action[] => actions.filter((action) => action.offered(resource))
