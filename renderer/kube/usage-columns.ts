import type { Column } from './columns.ts'
import { formatBytes, formatCores } from './quantity.ts'

/** What an object uses now, for kinds whose view says so (`usage`). Hidden until somebody asks: the figures are fetched only then. */
export const usageColumns: readonly Column<never>[] = [
  {
    id: 'cpuUsed',
    label: 'cpuUsed',
    type: 'number',
    width: 88,
    hidden: true,
    used: true,
    cell: (_, usage) => (usage?.cpu === undefined ? null : formatCores(usage.cpu)),
    order: (_, usage) => usage?.cpu ?? -1,
  },
  {
    id: 'memoryUsed',
    label: 'memoryUsed',
    type: 'number',
    width: 96,
    hidden: true,
    used: true,
    cell: (_, usage) => (usage?.memory === undefined ? null : formatBytes(usage.memory)),
    order: (_, usage) => usage?.memory ?? -1,
  },
]
