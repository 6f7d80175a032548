import { describe, expect, test } from 'vitest'
import { cellText } from '../kube/columns.ts'
import { kinds } from './kinds.ts'
import type { Service } from './services/types.ts'

const text = (kind: string, column: string, object: object): string => {
  const found = kinds[kind]?.columns.find((c) => c.id === column)
  if (!found) throw new Error(`${kind} has no column ${column}`)
  return cellText(found.cell({ metadata: { name: 'x' }, ...object } as never))
}
const service = (spec: Service['spec'], status: Service['status'] = {}): object => ({ spec, status })

describe('where there is nothing, the cell holds kubectl’s word for it', () => {
  test.each<[kind: string, column: string, object: object, word: string]>([
    ['nodes', 'roles', {}, '<none>'],
    [
      'nodes',
      'roles',
      { metadata: { name: 'x', labels: { 'node-role.kubernetes.io/worker': '', 'node-role.kubernetes.io/db': '' } } },
      'db,worker',
    ],
    ['nodes', 'ip', {}, '<none>'],
    ['nodes', 'os', {}, '<unknown>'],
    ['nodes', 'kernel', {}, '<unknown>'],
    ['nodes', 'runtime', {}, '<unknown>'],
    ['nodes', 'status', {}, 'Unknown'],
    ['nodes', 'status', { status: { conditions: [{ type: 'Ready', status: 'Unknown' }] } }, 'NotReady'],
    ['pods', 'node', {}, '<none>'],
    ['pods', 'ip', {}, '<none>'],
    ['services', 'clusterip', service({ type: 'ExternalName', externalName: 'sea.example' }), '<none>'],
    ['services', 'clusterip', service({ type: 'ClusterIP', clusterIP: 'None' }), 'None'],
    ['services', 'external', service({ type: 'ClusterIP' }), '<none>'],
    ['services', 'external', service({ type: 'NodePort', externalIPs: ['10.0.0.1', '10.0.0.2'] }), '10.0.0.1,10.0.0.2'],
    ['services', 'external', service({ type: 'LoadBalancer' }), '<pending>'],
    ['services', 'external', service({ type: 'LoadBalancer' }, { loadBalancer: { ingress: [{ ip: '10.0.0.3' }] } }), '10.0.0.3'],
    ['services', 'external', service({ type: 'ExternalName', externalName: 'sea.example' }), 'sea.example'],
    ['services', 'ports', service({}), '<none>'],
    ['services', 'selector', service({}), '<none>'],
  ])('%s, %s of %j', (kind, column, object, word) => expect(text(kind, column, object)).toBe(word))
})
