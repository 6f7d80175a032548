import { parseQuantity } from '../../kube/quantity.ts'
import { viewOf } from '../generic/view.ts'
import { none } from '../printed.ts'
import { claimStatus } from './status.ts'
import type { Claim } from './types.ts'

/** kubectl's short words (k8s.io/kubernetes pkg/apis/core/helper GetAccessModesAsString). */
const modes: Record<string, string> = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' }

export const claimView = viewOf<Claim>({
  namespaced: true,
  status: claimStatus,
  columns: [
    { id: 'volume', label: 'volume', type: 'text', width: 200, link: 'persistentvolumes', cell: ({ spec }) => spec?.volumeName || none },
    {
      id: 'capacity',
      label: 'capacity',
      type: 'text',
      width: 90,
      cell: ({ status }) => status?.capacity?.storage ?? '',
      order: ({ status }) => parseQuantity(status?.capacity?.storage) ?? 0,
    },
    {
      id: 'accessmodes',
      label: 'accessModes',
      type: 'text',
      width: 110,
      cell: ({ spec }) => (spec?.accessModes ?? []).map((mode) => modes[mode] ?? mode).join(','),
    },
    {
      id: 'storageclass',
      label: 'storageClass',
      type: 'text',
      width: 140,
      link: 'storageclasses.storage.k8s.io',
      cell: ({ spec }) => spec?.storageClassName || none,
    },
    {
      id: 'requested',
      label: 'requested',
      type: 'text',
      width: 90,
      hidden: true,
      cell: ({ spec }) => spec?.resources?.requests?.storage ?? '',
      order: ({ spec }) => parseQuantity(spec?.resources?.requests?.storage) ?? 0,
    },
  ],
})
