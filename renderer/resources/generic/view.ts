import { slimMeta } from '../../kube/codec.ts'
import { type Beside, type Column, createdAt, type KindView, worstFirst } from '../../kube/columns.ts'
import { going } from '../../kube/going.ts'
import type { KubeObject, StatusWord } from '../../kube/types.ts'

const name: Column = { id: 'name', label: 'name', type: 'text', width: 260, grow: true, cell: (o) => o.metadata.name }
const namespace: Column = { id: 'namespace', label: 'namespace', type: 'text', width: 130, cell: (o) => o.metadata.namespace ?? '' }
const age: Column = { id: 'age', label: 'age', type: 'age', width: 72, cell: createdAt, order: (o) => -(createdAt(o) ?? 0) }

interface Declared<T> {
  namespaced?: boolean
  /** How an object is, in one word; a kind of which nothing can be said has none and no column for it. */
  status?(object: T): StatusWord | undefined
  /** Of its column, px, where its words are all short, and few objects have one. */
  statusWidth?: number
  /** What stands between the status and the age. */
  columns: readonly Column<T>[]
  /** Which of what a list has no need of is left out; metadata is slimmed in any case. */
  trim?(object: T): T
  /** What it keeps, or what it does not (`KindView`). */
  keeps?: readonly string[]
  drops?: readonly string[]
  table?: boolean
  beside?: Beside<T>
}

/** The list of a kind: name, namespace, the status word, what is the kind's own, age. An object that is being deleted says that first. */
export function viewOf<T extends KubeObject>({
  namespaced = false,
  status,
  statusWidth = 150,
  columns,
  trim = (o) => o,
  keeps,
  drops,
  table,
  beside,
}: Declared<T>): KindView<T> {
  const word = (o: T): StatusWord | undefined => going(o.metadata) ?? status?.(o)
  const statusColumn: Column<T> = {
    id: 'status',
    label: 'status',
    type: 'status',
    width: statusWidth,
    cell: (o) => word(o) ?? null,
    order: (o) => worstFirst(word(o)),
  }
  return {
    columns: [name, ...(namespaced ? [namespace] : []), ...(status ? [statusColumn] : []), ...columns, age],
    status: word,
    trim: (o) => ({ ...trim(o), metadata: slimMeta(o.metadata) }),
    ...(keeps ? { keeps } : {}),
    ...(drops ? { drops } : {}),
    ...(table ? { table } : {}),
    ...(beside ? { beside } : {}),
  }
}
