import { badRequest } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { UnstoredDefinition } from '../definition.ts'
import { ensureNamespace } from '../generic/metadata.ts'
import type { ServedResource } from '../generic/resource.ts'
import { bindPod } from './pods/subresources.ts'

const CREATED: KubeObject = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }

/** POST to a namespace's bindings: what schedulers sent before pods/binding was there. */
export const bindings = (pods: () => ServedResource): UnstoredDefinition => ({
  group: '',
  version: 'v1',
  resource: 'bindings',
  kind: 'Binding',
  async create(body, { namespace, context }) {
    ensureNamespace(body, namespace, true)
    const name = body.metadata.name ?? ''
    if (name === '') throw badRequest('Name parameter required.')
    await bindPod({ served: pods(), namespace, name, context }, body)
    return CREATED
  },
})
