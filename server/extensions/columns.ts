import { since } from '../machinery/duration.ts'
import { parseTime, ZERO_SECONDS } from '../machinery/time.ts'
import type { KubeObject } from '../machinery/types.ts'
import { floatOf, goJson, goText, int64Of, isObject, kindOf, type JsonObject } from '../machinery/json-values.ts'
import { exactInteger } from '../machinery/numbers.ts'
import { JsonPath } from '../machinery/jsonpath.ts'

/** A column of spec.versions[*].additionalPrinterColumns. */
export interface PrinterColumn {
  readonly name: string
  readonly type: string
  readonly format?: string
  readonly description?: string
  readonly priority?: number
  readonly jsonPath: string
}

/** metav1.TableColumnDefinition. */
export interface TableColumn {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  readonly priority: number
}

export interface Table {
  readonly columns: readonly TableColumn[]
  /** Cells of one object, one a column; `now` in ms for ages. */
  cells(obj: KubeObject, now: number): unknown[]
}

/** What metadata's documentation says of the columns that every table may have. */
export interface ColumnTexts {
  readonly name: string
  readonly creationTimestamp: string
}

/**
 * The table of a custom resource: its name and its columns, or its age when it has none (apiextensions-apiserver
 * `registry/customresource/tableconvertor`). A path that leads nowhere, or to a value of another type, gives an empty cell.
 * @throws JsonPathError for a column whose path is none
 */
export function printerTable(columns: readonly PrinterColumn[] | undefined, texts: ColumnTexts): Table {
  const age = { name: 'Age', type: 'date', description: texts.creationTimestamp, jsonPath: '.metadata.creationTimestamp' }
  const isBare = columns === undefined || columns.length === 0
  const shown: readonly PrinterColumn[] = isBare ? [age] : columns
  const cells = shown.map((c) => cellOf(new JsonPath(c.jsonPath), c.type))
  return {
    columns: [
      { name: 'Name', type: 'string', format: 'name', description: texts.name, priority: 0 },
      ...shown.map(({ name, type, format = '', description = '', priority = 0, jsonPath }) => ({
        name,
        type,
        format,
        description: description !== '' || isBare ? description : `Custom resource definition column (in JSONPath format): ${jsonPath}`,
        priority,
      })),
    ],
    cells: (obj, now) => [obj.metadata.name ?? '', ...cells.map((cell) => cell(obj, now))],
  }
}

function cellOf(path: JsonPath, type: string): (obj: KubeObject, now: number) => unknown {
  return (obj, now) => {
    const value = firstOf(path, obj)
    return value === undefined ? null : type === 'string' ? printed(value) : typed(type, value, now)
  }
}

function firstOf(path: JsonPath, obj: unknown): unknown {
  try {
    return path.find(obj)[0]
  } catch {
    return undefined
  }
}

/** As kubectl's JSONPath prints a value. */
function printed(value: unknown): string {
  if (value === null) return '<no value>'
  return typeof value === 'object' && (Array.isArray(value) || isObject(value)) ? goJson(value) : goText(value)
}

function typed(type: string, value: unknown, now: number): unknown {
  const kind = kindOf(value)
  const isNumber = kind === 'int64' || kind === 'float64'
  switch (type) {
    case 'integer':
      return isNumber ? exactInteger(int64Of(value)) : null
    case 'number':
      return isNumber ? floatOf(value) : null
    case 'boolean':
      return kind === 'bool' ? value : null
    case 'date':
      return kind === 'string' ? ageOf(value as string, now) : null
    default:
      return null
  }
}

function ageOf(text: string, now: number): string {
  if (text === '' || text === 'null') return '<unknown>'
  try {
    const { seconds, nanos } = parseTime(text, 'time')
    return seconds === ZERO_SECONDS ? '<unknown>' : since(new Date(seconds * 1000 + nanos / 1e6).toISOString(), now)
  } catch {
    return '<invalid>'
  }
}

/**
 * Fields of spec.versions[*].selectableFields by the names that field selectors use; '' where an object has no value.
 * @throws JsonPathError for a path that is none
 */
export function customSelectableFields(fields: readonly { readonly jsonPath: string }[]): Record<string, (obj: KubeObject) => string> {
  return Object.fromEntries(
    fields.map(({ jsonPath }) => {
      const path = new JsonPath(jsonPath)
      return [
        jsonPath.replace(/^\./, ''),
        (obj: KubeObject): string => {
          const [value] = path.find(obj as JsonObject)
          return value === undefined || value === null ? '' : goText(value)
        },
      ]
    }),
  )
}
