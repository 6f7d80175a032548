import { PODS } from '../../../client/resource.ts'
import type { Plugin } from '../../framework.ts'

/** POST pods/{name}/binding. */
export const defaultBinder: Plugin = {
  name: 'DefaultBinder',
  async bind(pod, nodeName, client, signal) {
    const { name = '', namespace = '', uid } = pod.pod.metadata
    const body = {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace, ...(uid === undefined ? {} : { uid }) },
      target: { kind: 'Node', name: nodeName },
    }
    await client.resource(PODS).subresource('POST', name, 'binding', body, { namespace, signal })
  },
}
