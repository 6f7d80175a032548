import type { KubeObject, StatusWord } from '../../kube/types.ts'
import { viewOf } from '../generic/view.ts'
import { none } from '../printed.ts'

export interface StorageClass extends KubeObject {
  provisioner?: string
  parameters?: Record<string, string>
  reclaimPolicy?: string
  volumeBindingMode?: string
  allowVolumeExpansion?: boolean
  mountOptions?: string[]
  allowedTopologies?: { matchLabelExpressions?: { key: string; values: string[] }[] }[]
}

/** What admission takes for a default (the DefaultStorageClass plugin). */
const marks = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']

export const isDefault = ({ metadata }: StorageClass): boolean => marks.some((mark) => metadata.annotations?.[mark] === 'true')

/** A class has no state; that claims without a class get this one is what one looks for. */
export const storageClassStatus = (one: StorageClass): StatusWord | undefined =>
  isDefault(one) ? { text: 'Default', tone: 'ok' } : undefined

export const storageClassView = viewOf<StorageClass>({
  status: storageClassStatus,
  columns: [
    { id: 'provisioner', label: 'provisioner', type: 'text', width: 220, cell: ({ provisioner }) => provisioner ?? none },
    { id: 'reclaimpolicy', label: 'reclaimPolicy', type: 'text', width: 110, cell: ({ reclaimPolicy }) => reclaimPolicy ?? none },
    { id: 'volumebindingmode', label: 'binding', type: 'text', width: 180, cell: ({ volumeBindingMode }) => volumeBindingMode ?? none },
    {
      id: 'allowvolumeexpansion',
      label: 'expansion',
      type: 'text',
      width: 96,
      cell: ({ allowVolumeExpansion }) => String(allowVolumeExpansion ?? false),
    },
  ],
})
