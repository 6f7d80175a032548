import {
  prepareEphemeralContainers,
  prepareResize,
  validateEphemeralContainersUpdate,
  validateResize,
} from '../../../apis/core/v1/pod-subresources.ts'
import { assignPod, checkBinding } from '../../../apis/core/v1/binding.ts'
import type { Binding, Pod } from '../../../apis/core/v1/types.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import type { Subresource, SubresourceRequest } from '../../generic/resource.ts'
import { untracked } from '../../generic/strategy.ts'
import { created, wholeObject } from '../../generic/subresources.ts'
import type { UpdateRules } from '../../generic/update-rules.ts'
import { updateIn } from '../../generic/write.ts'

const pod = (obj: KubeObject): Pod => obj as unknown as Pod
const POD = { group: '', version: 'v1', kind: 'Pod' }

/** The pod is changed by `assignPod` alone, which checks what has to be checked. */
const BINDING_RULES: UpdateRules = {
  subresource: 'binding',
  admitted: true,
  keepsGeneration: true,
  prepare: () => undefined,
  validate: () => [],
}

/** POST pods/{name}/binding, and the same through the namespace's `bindings`. */
export async function bindPod(req: Omit<SubresourceRequest, 'query'>, body: KubeObject): Promise<void> {
  const binding = body as unknown as Binding
  checkBinding(binding, req.name)
  await req.validate?.(body)
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
  validates: true,
  async create(req, body) {
    await bindPod(req, body)
    return created
  },
}

const ephemeralContainers: UpdateRules = {
  subresource: 'ephemeralcontainers',
  defaulted: true,
  prepare: (obj, old) => prepareEphemeralContainers(pod(obj), pod(old)),
  validate: (obj, old) => validateEphemeralContainersUpdate(pod(obj), pod(old)),
}

const resize: UpdateRules = {
  subresource: 'resize',
  defaulted: true,
  prepare: (obj, old) => prepareResize(pod(obj), pod(old)),
  validate: (obj, old) => validateResize(pod(obj), pod(old)),
}

/** Without those that go to the pod's kubelet. */
export const podSubresources: Readonly<Record<string, Subresource>> = {
  binding,
  ephemeralcontainers: wholeObject(POD, () => ephemeralContainers),
  resize: wholeObject(POD, () => resize),
}
