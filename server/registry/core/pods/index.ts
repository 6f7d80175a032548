import type { Pod } from '../../../apis/core/v1/types.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import type { BuiltInKind } from '../../definition.ts'
import { podStrategy } from './strategy.ts'
import { podSubresources } from './subresources.ts'
import { podTable } from './table.ts'

const pod = (obj: KubeObject): Pod => obj as unknown as Pod

export const pods: BuiltInKind = {
  group: '',
  resource: 'pods',
  strategy: podStrategy,
  selectableFields: {
    'spec.nodeName': (o) => pod(o).spec.nodeName ?? '',
    'spec.restartPolicy': (o) => pod(o).spec.restartPolicy ?? '',
    'spec.schedulerName': (o) => pod(o).spec.schedulerName ?? '',
    'spec.serviceAccountName': (o) => pod(o).spec.serviceAccountName ?? '',
    'spec.hostNetwork': (o) => String(pod(o).spec.hostNetwork ?? false),
    'status.phase': (o) => pod(o).status?.phase ?? '',
    'status.podIP': (o) => pod(o).status?.podIPs?.[0]?.ip ?? '',
    'status.nominatedNodeName': (o) => pod(o).status?.nominatedNodeName ?? '',
  },
  table: podTable,
  subresources: podSubresources,
}
