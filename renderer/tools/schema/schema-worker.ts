import { clusterPath, requestJson } from '../../kube/fetch.ts'
import { holdKey, type SessionMessage } from '../../kube/session-key.ts'
import { type KindSchema, kindFrom, type Schema } from './schema.ts'

/** Which kind is wanted; the answer has the same id. */
export interface SchemaQuestion {
  op: 'schema'
  id: number
  context: string
  group: string
  version: string
  kind: string
}

export type SchemaAnswer = { id: number; kind: KindSchema | null } | { id: number; error: string }

/** The worker's own scope; the DOM library describes only a window's. */
interface WorkerScope {
  postMessage(message: SchemaAnswer): void
  onmessage: ((event: MessageEvent<SchemaQuestion | SessionMessage>) => void) | null
}
const scope = self as unknown as WorkerScope

interface Document {
  components?: { schemas?: Record<string, Schema> }
}

/** Documents are megabytes, parsed several times that: the browser's own cache has them as text. */
const mostDocuments = 2
const documents = new Map<string, Promise<Document>>()

/** The address of a group version's document has a hash of its content: what is kept under it is never another. */
function documentAt(context: string, url: string): Promise<Document> {
  const key = `${context} ${url}`
  const known = documents.get(key)
  const document = known ?? requestJson<Document>(clusterPath(context, url))
  documents.delete(key)
  documents.set(key, document)
  document.catch(() => documents.delete(key))
  const [oldest] = documents.keys()
  if (documents.size > mostDocuments && oldest !== undefined) documents.delete(oldest)
  return document
}

async function answer({ context, group, version, kind }: SchemaQuestion): Promise<KindSchema | null> {
  const { paths } = await requestJson<{ paths?: Record<string, { serverRelativeURL?: string }> }>(clusterPath(context, '/openapi/v3'))
  const url = paths?.[group === '' ? `api/${version}` : `apis/${group}/${version}`]?.serverRelativeURL
  return url === undefined ? null : (kindFrom(await documentAt(context, url), group, version, kind) ?? null)
}

scope.onmessage = ({ data }) => {
  if (data.op === 'session') return holdKey(data.key)
  answer(data).then(
    (kind) => scope.postMessage({ id: data.id, kind }),
    (thrown: unknown) => scope.postMessage({ id: data.id, error: thrown instanceof Error ? thrown.message : String(thrown) }),
  )
}
