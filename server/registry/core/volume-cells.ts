import { textAt } from '../../machinery/json-walk.ts'
import { text, type Cell } from '../generic/table-cells.ts'

/** Cells that volumes and claims share (printers/internalversion). */
const MODES = [
  ['ReadWriteOnce', 'RWO'],
  ['ReadOnlyMany', 'ROX'],
  ['ReadWriteMany', 'RWX'],
  ['ReadWriteOncePod', 'RWOP'],
] as const

const BETA_CLASS = 'volume.beta.kubernetes.io/storage-class'

export const modesText = (modes: readonly unknown[]): string =>
  MODES.filter(([m]) => modes.includes(m))
    .map(([, short]) => short)
    .join(',')

export const className: Cell = (o) => o.metadata.annotations?.[BETA_CLASS] ?? textAt(o, 'spec.storageClassName')

export const phase: Cell = (o) => (o.metadata.deletionTimestamp ? 'Terminating' : textAt(o, 'status.phase'))

export const attributesClass = text('spec.volumeAttributesClassName', '<unset>')

export const volumeMode = text('spec.volumeMode', '<unset>')
