import { notFound } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { UnstoredDefinition } from '../definition.ts'
import type { TableDefinition } from '../generic/strategy.ts'
import { columns } from '../generic/table-columns.ts'

/** Says how a component is: resolves when it is well, rejects with the reason when it is not. */
export type ComponentCheck = () => void | Promise<void>

const statusOf = async (name: string, check: ComponentCheck): Promise<KubeObject> => {
  try {
    await check()
    return object(name, 'True', 'ok')
  } catch (e) {
    return object(name, 'False', e instanceof Error ? e.message : String(e))
  }
}

const object = (name: string, status: string, message: string): KubeObject => ({
  kind: 'ComponentStatus',
  apiVersion: 'v1',
  metadata: { name },
  conditions: [{ type: 'Healthy', status, message }],
})

const table: TableDefinition = {
  columns: columns('Name|Status|Message|Error'),
  cells(obj) {
    const [healthy] = obj.conditions as { status: string; message: string; error?: string }[]
    return [obj.metadata.name, healthy?.status === 'True' ? 'Healthy' : 'Unhealthy', healthy?.message ?? '', healthy?.error ?? '']
  },
}

/** Only components that this process knows about are listed. */
export const componentstatuses = (checks: ReadonlyMap<string, ComponentCheck>): UnstoredDefinition => ({
  group: '',
  version: 'v1',
  resource: 'componentstatuses',
  kind: 'ComponentStatus',
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
  table,
  list: () => Promise.all([...checks].map(([name, check]) => statusOf(name, check))),
  async get({ name }) {
    const check = checks.get(name)
    if (check === undefined) throw notFound({ group: '', resource: 'componentstatus' }, name)
    return statusOf(name, check)
  },
})
