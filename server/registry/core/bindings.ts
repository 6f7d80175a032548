import { badRequest } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { UnstoredDefinition } from '../definition.ts'
import { mutate, validate } from '../generic/attributes.ts'
import { ensureNamespace } from '../generic/metadata.ts'
import type { ServedResource } from '../generic/resource.ts'
import { bindPod } from './pods/subresources.ts'

const BINDING = { group: '', version: 'v1', kind: 'Binding' }
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
    const served = pods()
    const resource = { group: '', version: 'v1', resource: 'bindings', namespaced: true }
    const write = { operation: 'CREATE', subresource: '', namespace, name, kind: BINDING, resource, context } as const
    await mutate(served.store, { ...write, object: body })
    await bindPod({ served, namespace, name, context, validate: (object) => validate(served.store, { ...write, object }) }, body)
    return CREATED
  },
})
