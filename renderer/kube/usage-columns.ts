import type { Column } from './columns.ts'
import { formatBytes, formatCores } from './quantity.ts'
import { trendText } from './usage-history.ts'

/** What an object uses now, for kinds whose view says so (`usage`). Hidden until somebody asks: the figures are fetched only then. */
export const usageColumns: readonly Column<never>[] = [
  {
    id: 'cpuUsed',
    label: 'cpuUsed',
    type: 'number',
    width: 92,
    hidden: true,
    used: true,
    cell: (_, usage) => (usage?.cpu === undefined ? null : formatCores(usage.cpu)),
    order: (_, usage) => usage?.cpu ?? -1,
  },
  {
    id: 'memoryUsed',
    label: 'memoryUsed',
    type: 'number',
    width: 112,
    hidden: true,
    used: true,
    cell: (_, usage) => (usage?.memory === undefined ? null : formatBytes(usage.memory)),
    order: (_, usage) => usage?.memory ?? -1,
  },
  trendColumn('cpuTrend', 'cpu'),
  trendColumn('memoryTrend', 'memory'),
]

/** The last readings of one figure, in small; sorted by the last of them. */
function trendColumn(id: string, figure: 'cpu' | 'memory'): Column<never> {
  return {
    id,
    label: id,
    type: 'mono',
    width: 96,
    hidden: true,
    used: true,
    cell: (_, usage, history = []) => trendText(history.map((reading) => reading[figure])) || null,
    order: (_, usage) => usage?.[figure] ?? -1,
  }
}
