import { goQuote } from '../machinery/go-quote.ts'
import { apiVersionOf, type KubeObject } from '../machinery/types.ts'
import { badRequest } from '../machinery/status.ts'
import type { TableDefinition } from '../registry/generic/strategy.ts'
import type { ServedResource } from '../registry/generic/resource.ts'

/** What each row carries besides its cells (metav1.TableOptions). */
export type IncludeObject = 'None' | 'Metadata' | 'Object'

export function includeObjectOf(text: string | undefined): IncludeObject {
  if (text === undefined || text === '') return 'Metadata'
  if (text === 'None' || text === 'Metadata' || text === 'Object') return text
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${goQuote(text)}: must be 'Metadata', 'Object', 'None', or empty`,
  )
}

export interface ColumnDefinition {
  name: string
  type: string
  format: string
  description: string
  priority: number
}

const MEMO = new WeakMap<TableDefinition, ColumnDefinition[]>()

export function columnsOf(table: TableDefinition): ColumnDefinition[] {
  let columns = MEMO.get(table)
  if (columns === undefined) {
    columns = table.columns.map(({ name, type, format = '', description = '', priority = 0 }) => ({
      name,
      type,
      format,
      description,
      priority,
    }))
    MEMO.set(table, columns)
  }
  return columns
}

export const tableColumns = ({ table }: ServedResource): ColumnDefinition[] => columnsOf(table)

/** @param metaVersion apiVersion of the PartialObjectMetadata in the row */
export function tableRow(served: ServedResource, obj: KubeObject, include: IncludeObject, now: number, metaVersion: string): unknown {
  const cells = served.table.cells(obj, now)
  if (include === 'None') return { cells, object: null }
  if (include === 'Metadata') return { cells, object: { kind: 'PartialObjectMetadata', apiVersion: metaVersion, metadata: obj.metadata } }
  const { kind: _k, apiVersion: _a, ...rest } = obj
  return { cells, object: { kind: served.facts.kind, apiVersion: apiVersionOf(served.facts.group, served.facts.version), ...rest } }
}
