import { useQueries, useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { KEY_ITEM, type SessionMessage } from '../../kube/session-key.ts'
import { isRecord } from '../../kube/types.ts'
import type { Reading } from '../yaml/use-yaml.ts'
import { askYaml, useWorked } from '../yaml/yaml-jobs.ts'
import { checkDocument, type Problem } from './check.ts'
import type { KindSchema } from './schema.ts'
import type { SchemaAnswer, SchemaQuestion } from './schema-worker.ts'

/** A definition that is changed meanwhile is asked for anew after this. */
const freshMs = 60_000
const mostKinds = 32

let worker: Worker | undefined
let nextId = 1
const waiting = new Map<number, { resolve(kind: KindSchema | null): void; reject(error: Error): void }>()
const known = new Map<string, { until: number; kind: Promise<KindSchema | null> }>()

function started(): Worker {
  if (worker) return worker
  worker = new Worker(new URL('./schema-worker.ts', import.meta.url), { type: 'module', name: 'schemas' })
  worker.postMessage({ op: 'session', key: localStorage.getItem(KEY_ITEM) ?? '' } satisfies SessionMessage)
  worker.onmessage = ({ data }: MessageEvent<SchemaAnswer>) => {
    const asked = waiting.get(data.id)
    waiting.delete(data.id)
    if ('error' in data) asked?.reject(new Error(data.error))
    else asked?.resolve(data.kind)
  }
  return worker
}

/** The schema of a kind as its cluster serves it; null for a kind that it says nothing about. Rejects when it cannot be asked. */
export function schemaOf(context: string, apiVersion: string, kind: string): Promise<KindSchema | null> {
  const key = JSON.stringify([context, apiVersion, kind])
  const found = known.get(key)
  if (found && found.until > performance.now()) return found.kind
  const [version = '', group = ''] = apiVersion.split('/').toReversed()
  const id = nextId++
  const asked = new Promise<KindSchema | null>((resolve, reject) => waiting.set(id, { resolve, reject }))
  started().postMessage({ op: 'schema', id, context, group, version, kind } satisfies SchemaQuestion)
  known.delete(key)
  known.set(key, { until: performance.now() + freshMs, kind: asked })
  asked.catch(() => known.delete(key))
  const [oldest] = known.keys()
  if (known.size > mostKinds && oldest !== undefined) known.delete(oldest)
  return asked
}

/** The same, once it is there; undefined also where the cluster says nothing about the kind, or cannot be asked. */
export function useKindSchema(context: string, apiVersion: string, kind: string): KindSchema | undefined {
  const { data } = useQuery({
    queryKey: ['schema', context, JSON.stringify([apiVersion, kind])],
    queryFn: () => schemaOf(context, apiVersion, kind),
    enabled: apiVersion !== '' && kind !== '',
    staleTime: freshMs,
    retry: false,
  })
  return data ?? undefined
}

const none: Problem[] = []

/** What the schemas of their kinds have against documents, as soon as they are there. The worker that has the nodes of documents checks them. */
export function useProblems(context: string, { documents, reading }: Reading): Problem[] {
  const kinds = documents.map(({ value }) => {
    const { apiVersion, kind } = isRecord(value) ? value : {}
    return typeof apiVersion === 'string' && typeof kind === 'string' ? { apiVersion, kind } : undefined
  })
  const distinct = [...new Map(kinds.flatMap((each) => (each ? [[JSON.stringify(each), each] as const] : [])))]
  const answers = useQueries({
    queries: distinct.map(([key, { apiVersion, kind }]) => ({
      queryKey: ['schema', context, key],
      queryFn: () => schemaOf(context, apiVersion, kind),
      staleTime: freshMs,
      retry: false,
    })),
    combine: (results) => results.map(({ data }) => data ?? null),
  })
  const asked = useMemo(() => {
    const found = new Map(distinct.map(([key], index) => [key, answers[index] ?? null]))
    const schemas = kinds.map((kind) => (kind && found.get(JSON.stringify(kind))) ?? null)
    return { documents, reading, schemas }
    // Kinds come of the documents.
  }, [documents, reading, answers])
  const here = useMemo(
    () =>
      asked.documents.flatMap(({ document, ...rest }, index) => {
        const schema = asked.schemas[index]
        return schema && document && rest.faults.length === 0 ? checkDocument({ ...rest, document }, schema) : []
      }),
    [asked],
  )
  const there = useWorked(reading !== undefined && asked.schemas.some((schema) => schema) ? asked : undefined, ({ schemas }) =>
    askYaml('check', { reading: reading ?? 0, schemas }),
  )
  // A mark belongs to the text that was read: those of an earlier reading would stand in the wrong place.
  const found = reading === undefined ? here : there?.input === asked ? there.output : none
  return found.length === 0 ? none : found
}
