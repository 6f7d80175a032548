import { dropDisabledOfNode } from '../../../apis/core/v1/disabled-fields.ts'
import { defaultNode, defaultNodeStatus, validateNode, validateNodeChange, validateNodeUpdate } from '../../../apis/core/v1/node.ts'
import type { Node } from '../../../apis/core/v1/types.ts'
import type { FieldError } from '../../../machinery/field-errors.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import type { BuiltInKind } from '../../definition.ts'
import type { Strategy, StrategyContext } from '../../generic/strategy.ts'
import { nodeTable } from './table.ts'

const node = (obj: KubeObject): Node => obj as unknown as Node

function warned(obj: KubeObject, ctx: StrategyContext, errors: FieldError[]): FieldError[] {
  if (errors.length === 0 && node(obj).spec.externalID) ctx.warn('spec.externalID: this field is deprecated, and is unused by Kubernetes')
  return errors
}

const strategy: Strategy = {
  nameNotOnStatus: true,
  // A kubelet registers its node with its status.
  keepStatusOnCreate: true,
  dropDisabled: dropDisabledOfNode,
  default: (obj) => defaultNode(node(obj)),

  prepareForCreate(obj) {
    const n = node(obj)
    delete n.spec.configSource
    delete n.status?.config
  },

  validate: (obj, ctx) => warned(obj, ctx, validateNode(node(obj))),

  prepareForUpdate(obj, old) {
    const n = node(obj)
    const before = node(old)
    if (before.status) n.status = before.status
    else delete n.status
    if (before.spec.configSource === undefined) delete n.spec.configSource
  },

  validateUpdate: (obj, old, ctx) => warned(obj, ctx, validateNodeUpdate(node(obj), node(old))),

  prepareForStatusUpdate(obj, old) {
    const n = node(obj)
    const before = node(old)
    n.spec = before.spec
    if (before.status?.config === undefined) delete n.status?.config
    defaultNodeStatus(n)
  },

  validateStatusUpdate: (obj, old) => validateNodeChange(node(obj), node(old)),
}

export const nodes: BuiltInKind = {
  group: '',
  resource: 'nodes',
  strategy,
  selectableFields: { 'spec.unschedulable': (o) => String(node(o).spec.unschedulable ?? false) },
  table: nodeTable,
  storage: { prefix: 'minions' },
}
