import { assignPod, checkBinding } from '../../../apis/core/v1/binding.ts'
import type { Binding, Pod } from '../../../apis/core/v1/types.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import type { Subresource, SubresourceRequest } from '../../generic/resource.ts'
import { untracked } from '../../generic/strategy.ts'
import { created, wholeObject } from '../../generic/subresources.ts'
import type { UpdateRules } from '../../generic/update-rules.ts'
import { eviction } from './eviction.ts'
import { podSubresources } from './index.ts'
import { updateIn } from '../../generic/write.ts'

const POD = { group: '', version: 'v1', kind: 'Pod' }

/** The pod is changed by `assignPod` alone, which checks what has to be checked. */
const BINDING_RULES: UpdateRules = { subresource: 'binding', prepare: () => undefined, validate: () => [] }

/** POST pods/{name}/binding, and the same through the namespace's `bindings`. */
export async function bindPod(req: Omit<SubresourceRequest, 'query'>, body: KubeObject): Promise<void> {
  const binding = body as unknown as Binding
  checkBinding(binding, req.name)
  const store = req.served.store
  await updateIn(store, {
    namespace: req.namespace,
    name: req.name,
    // Nobody owns a pod's node, as upstream.
    context: untracked(req.context),
    rules: BINDING_RULES,
    change: (current) => assignPod(current as unknown as Pod, binding, req.context.clock.now()) as unknown as KubeObject,
  })
}

const binding: Subresource = {
  form: 'object',
  body: { group: '', version: 'v1', kind: 'Binding' },
  async create(req, body) {
    await bindPod(req, body)
    return created
  },
}

export const podObjectSubresources: Readonly<Record<string, Subresource>> = {
  binding,
  eviction,
  ephemeralcontainers: wholeObject(POD, () => podSubresources.ephemeralcontainers),
  resize: wholeObject(POD, () => podSubresources.resize),
}
