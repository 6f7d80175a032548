import { dropDisabledOfTemplate } from '../../apis/core/v1/disabled-fields.ts'
import {
  defaultDeployment,
  validateDeployment,
  validateDeploymentStatusUpdate,
  validateDeploymentUpdate,
} from '../../apis/apps/v1/deployment.ts'
import type { Deployment } from '../../apis/apps/v1/types.ts'
import { semanticEqual } from '../../apis/core/v1/semantic-equal.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { BuiltInKind } from '../definition.ts'
import type { Strategy } from '../generic/strategy.ts'
import { valueAt } from '../../machinery/json-walk.ts'
import { age, containers, name, number, selector, table } from '../generic/table-cells.ts'
import { scale } from './scale.ts'
import { warnOfTemplate, warnOfWorkload } from './workload-warnings.ts'

const deployment = (obj: KubeObject): Deployment => obj as unknown as Deployment

const strategy: Strategy = {
  nameOnCreateOnly: true,
  generation: true,
  fieldScopes: { status: { resets: ['spec', 'metadata.labels'] } },
  dropDisabled: dropDisabledOfTemplate('spec.template'),
  default: (obj) => defaultDeployment(deployment(obj)),

  prepareForCreate(obj) {
    deployment(obj).status = {}
    obj.metadata.generation = 1
  },

  validate(obj, ctx) {
    const errors = validateDeployment(deployment(obj))
    if (errors.length === 0) warnOfWorkload(obj, ctx)
    return errors
  },

  // Upstream counts changes of annotations too, since a rollback's note lives there.
  prepareForUpdate(obj, old) {
    const d = deployment(obj)
    const before = deployment(old)
    d.status = before.status ?? {}
    const same = semanticEqual(d.spec, before.spec) && semanticEqual(d.metadata.annotations, before.metadata.annotations, 'annotations')
    if (!same) d.metadata.generation = (before.metadata.generation ?? 0) + 1
  },

  validateUpdate(obj, old, ctx) {
    const errors = validateDeploymentUpdate(deployment(obj), deployment(old))
    if (errors.length === 0 && obj.metadata.generation !== old.metadata.generation) warnOfTemplate(obj, ctx)
    return errors
  },

  prepareForStatusUpdate(obj, old) {
    const d = deployment(obj)
    const before = deployment(old)
    d.spec = before.spec
    d.status ??= {}
    if (before.metadata.labels) d.metadata.labels = before.metadata.labels
    else delete d.metadata.labels
  },

  validateStatusUpdate: (obj, old) => validateDeploymentStatusUpdate(deployment(obj), deployment(old)),
}

export const deployments: BuiltInKind = {
  group: 'apps',
  resource: 'deployments',
  strategy,
  subresources: { scale },
  table: table(
    'Name|Ready|Up-to-date|Available|Age|*Containers|*Images|*Selector',
    name,
    (o) => `${valueAt(o, 'status.readyReplicas') ?? 0}/${valueAt(o, 'spec.replicas') ?? 0}`,
    number('status.updatedReplicas'),
    number('status.availableReplicas'),
    age,
    containers('spec.template'),
    selector('spec.selector'),
  ),
}
