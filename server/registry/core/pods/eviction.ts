import { setCondition } from '../../../apis/core/v1/binding.ts'
import type { Pod } from '../../../apis/core/v1/types.ts'
import { isDryRun, validateDeleteOptions } from '../../../apis/meta/v1/options.ts'
import { invalid, invalidObject } from '../../../machinery/field-errors.ts'
import { badRequest, StatusError } from '../../../machinery/status.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { checkDeletePreconditions, type DeleteOptions } from '../../generic/delete.ts'
import type { Subresource, SubresourceRequest } from '../../generic/resource.ts'
import { untracked } from '../../generic/strategy.ts'
import { created } from '../../generic/subresources.ts'
import { statusRules } from '../../generic/update-rules.ts'
import { deleteFrom } from '../../generic/delete.ts'
import { updateIn } from '../../generic/write.ts'

const GROUP_KIND = { group: 'policy', kind: 'Eviction' }
const CLUSTER_BREAKING = 'ignoreStoreReadErrorWithClusterBreakingPotential'

interface EvictionOptions extends DeleteOptions {
  dryRun?: readonly string[]
  [CLUSTER_BREAKING]?: boolean
}

/**
 * POST pods/{name}/eviction: marks the pod as a disruption's target and deletes it with the options that the body carries
 * (core `registry/core/pod/storage/eviction.go`). Disruption budgets are not consulted yet.
 */
export const eviction: Subresource = {
  form: 'object',
  body: { group: 'policy', version: 'v1', kind: 'Eviction' },
  async create(req, body) {
    const { dryRun, ...options } = optionsOf(req, body)
    const context = { ...untracked(req.context), dryRun: isDryRun(dryRun) }
    const { namespace, name, served } = req
    const current = await served.store.get(namespace, name)
    checkDeletePreconditions(served.store, options.preconditions, current.object())
    validateDeleteOptions({ ...options, dryRun })
    if (!context.dryRun) {
      const { entry } = await updateIn(served.store, {
        namespace,
        name,
        context,
        rules: statusRules(served.store),
        change: target(req, options),
      })
      // The mark made a new version: whoever asked for the old one has been served.
      if (options.preconditions?.resourceVersion !== undefined) {
        options.preconditions = { ...options.preconditions, resourceVersion: String(entry.revision) }
      }
    }
    await deleteFrom(served.store, { namespace, name, options, context })
    return created
  },
}

/** The options of the body with the request's own dry run. @throws StatusError for a body that is for another pod, or contradicts the request */
function optionsOf(req: SubresourceRequest, body: KubeObject): EvictionOptions {
  if (body.metadata.name !== req.name) throw badRequest('name in URL does not match name in Eviction object')
  const options: EvictionOptions = { ...(body.deleteOptions as EvictionOptions | undefined) }
  if (options[CLUSTER_BREAKING] === true) {
    const why = 'can not be set for pod eviction, try after removing the option'
    throw invalidObject(GROUP_KIND, req.name, [invalid(`deleteOptions.${CLUSTER_BREAKING}`, true, why)])
  }
  const asked = req.query.getAll('dryRun')
  const own = options.dryRun ?? []
  if (asked.length > 0 && own.length > 0 && asked.join() !== own.join()) {
    const why = `Non-matching dry-run options in request and content: [${asked.join(' ')}] and [${own.join(' ')}]`
    throw new StatusError(500, '', why)
  }
  return { ...options, dryRun: own.length > 0 ? own : asked }
}

const target =
  ({ served, context }: SubresourceRequest, options: DeleteOptions) =>
  (current: KubeObject | undefined): KubeObject => {
    checkDeletePreconditions(served.store, options.preconditions, current!)
    const pod = current as unknown as Pod
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
    }
    const conditions = setCondition(pod.status?.conditions, condition, context.clock.now())
    return { ...current!, metadata: { ...current!.metadata }, status: { ...pod.status, conditions } }
  }
