import { type Clash, mergeLines } from '../../kube/merge-lines.ts'
import type { FieldPath } from '../../kube/managed-fields.ts'
import { unified, type UnifiedDiff } from '../../kube/unified-diff.ts'
import { checkDocument, type Problem } from '../schema/check.ts'
import type { KindSchema } from '../schema/schema.ts'
import { type ParsedDocument, pathAt, readDocuments, type YamlDocument } from './documents.ts'
import { comparedTexts, yamlText } from './text.ts'

/** What can be asked of this worker, and what it answers. */
export interface YamlWork {
  /** An object as YAML. */
  write: { asked: unknown; answer: string }
  /** The documents of a text, without their nodes: those stay here, under the number of the reading. */
  read: { asked: string; answer: { reading: number; documents: YamlDocument[] } }
  /** What stands at an offset of a document that was read. */
  path: { asked: { reading: number; index: number; offset: number }; answer: FieldPath }
  /** What schemas have against the documents that were read; null for one without a schema. */
  check: { asked: { reading: number; schemas: (KindSchema | null)[] }; answer: Problem[] }
  /** Three versions of a text in one. */
  merge: { asked: { base: string; mine: string; theirs: string }; answer: (string[] | Clash)[] }
  /** What changes between two texts, and between two versions of an object. */
  differ: { asked: { before: string; after: string }; answer: UnifiedDiff }
  compare: { asked: { before: unknown; after: unknown }; answer: UnifiedDiff }
}
export type YamlOp = keyof YamlWork
export type YamlQuestion = { [Op in YamlOp]: { op: Op; id: number; asked: YamlWork[Op]['asked'] } }[YamlOp]
export type YamlAnswer = { id: number; answer: YamlWork[YamlOp]['answer'] } | { id: number; error: string }

/** The worker's own scope; the DOM library describes only a window's. */
interface WorkerScope {
  postMessage(message: YamlAnswer): void
  onmessage: ((event: MessageEvent<YamlQuestion>) => void) | null
}
const scope = self as unknown as WorkerScope

/** Nodes take many times the room of their text. Only the newest are asked about: those of the editor, and of a dialog above it. */
const mostReadings = 2
const readings = new Map<number, ParsedDocument[]>()
let lastReading = 0

const work: { [Op in YamlOp]: (asked: YamlWork[Op]['asked']) => YamlWork[Op]['answer'] } = {
  write: yamlText,
  read(text) {
    const documents = readDocuments(text)
    readings.set(++lastReading, documents)
    readings.delete(lastReading - mostReadings)
    return { reading: lastReading, documents: documents.map(({ document: _, ...rest }) => rest) }
  },
  path({ reading, index, offset }) {
    const document = readings.get(reading)?.[index]
    return document ? pathAt(document, offset) : []
  },
  check: ({ reading, schemas }) => checkAll(readings.get(reading) ?? [], schemas),
  merge: ({ base, mine, theirs }) => mergeLines(base.split('\n'), mine.split('\n'), theirs.split('\n')),
  differ: ({ before, after }) => unified(before, after),
  compare: ({ before, after }) => unified(...comparedTexts(before, after)),
}

const checkAll = (documents: readonly ParsedDocument[], schemas: readonly (KindSchema | null)[]): Problem[] =>
  documents.flatMap((document, index) => {
    const schema = schemas[index]
    return schema && document.faults.length === 0 ? checkDocument(document, schema) : []
  })

scope.onmessage = ({ data: { op, id, asked } }) => {
  try {
    scope.postMessage({ id, answer: (work[op] as (asked: unknown) => YamlWork[YamlOp]['answer'])(asked) })
  } catch (thrown) {
    scope.postMessage({ id, error: thrown instanceof Error ? thrown.message : String(thrown) })
  }
}
