import { readFile } from 'node:fs/promises'
import { groupVersionPath } from './client/resource.ts'
import type { Client } from './client/client.ts'
import { parseYamlDocuments } from './codec/yaml-documents.ts'
import { parseNumbers } from './machinery/numbers.ts'
import { isStatusError } from './machinery/status.ts'
import { parseApiVersion, type KubeObject } from './machinery/types.ts'
import { scheme } from './scheme/index.ts'

/** How many objects are sent at once. */
const WORKERS = 64

/** Objects that others live in or that admission asks for, first. */
const FIRST = ['Namespace', 'Node', 'CustomResourceDefinition', 'PriorityClass', 'ServiceAccount']
const DEFAULT_ACCOUNT = 'default'

/** The objects of a seed file: JSON or YAML documents, lists taken apart. Throws an Error of one sentence. */
export async function readSeed(file: string): Promise<KubeObject[]> {
  const text = await readFile(file, 'utf8')
  const documents = documentsOf(file, text)
  const objects = documents.flatMap((d) => flatten(d as KubeObject))
  for (const o of objects) pathOf(o)
  const rank = (o: KubeObject): number => (FIRST.includes(o.kind ?? '') ? FIRST.indexOf(o.kind ?? '') : FIRST.length)
  return objects
    .map((o, i) => ({ o, i }))
    .sort((a, b) => rank(a.o) - rank(b.o) || a.i - b.i)
    .map(({ o }) => o)
}

function documentsOf(file: string, text: string): unknown[] {
  try {
    return text.trimStart().startsWith('{') ? [parseNumbers(text)] : parseYamlDocuments(text)
  } catch (e) {
    throw new Error(`--seed: ${file} cannot be read: ${e instanceof Error ? e.message : String(e)}`, { cause: e })
  }
}

function flatten(o: KubeObject | null): KubeObject[] {
  if (o === null) return []
  if (Array.isArray(o.items) && (o.kind ?? '').endsWith('List')) {
    const kind = o.kind!.slice(0, -'List'.length)
    return (o.items as KubeObject[]).flatMap((item) => flatten({ ...(kind === '' ? {} : { apiVersion: o.apiVersion, kind }), ...item }))
  }
  return [o]
}

function pathOf(o: KubeObject): string {
  const gv = parseApiVersion(o.apiVersion ?? '')
  const facts = gv === undefined ? undefined : scheme.resourceOfKind(gv.group, gv.version, o.kind ?? '')
  if (facts === undefined)
    throw new Error(
      `the seed holds an object of apiVersion ${JSON.stringify(o.apiVersion)} and kind ${JSON.stringify(o.kind)}, which is not served`,
    )
  const namespace = facts.namespaced ? `/namespaces/${o.metadata?.namespace ?? 'default'}` : ''
  return `${groupVersionPath(facts.group, facts.version)}${namespace}/${facts.resource}`
}

/**
 * Creates what is missing, status included; what is there already stays as it is. Resolves with how many were created.
 * Pods find the default account of their namespace, which is made when neither the seed nor a controller has done so yet.
 * Throws an Error of one sentence that names the object that was refused.
 */
export async function applySeed(objects: readonly KubeObject[], client: Client): Promise<number> {
  let created = 0
  const accounts = defaultAccounts(objects)
  const groups: KubeObject[][] = []
  for (const o of objects) {
    const last = groups.at(-1)
    const early = FIRST.includes(o.kind ?? '')
    if (last !== undefined && (last[0]!.kind === o.kind || (!early && !FIRST.includes(last[0]!.kind ?? '')))) last.push(o)
    else groups.push([o])
  }
  for (const group of groups) {
    if (!FIRST.includes(group[0]!.kind ?? '')) await Promise.all(accounts.splice(0).map((a) => createAccount(a, client)))
    let next = 0
    const worker = async (): Promise<void> => {
      while (next < group.length) {
        const o = group[next++]!
        const made = await createOne(o, client).catch((e: unknown) => {
          throw new Error(`--seed: ${titleOf(o)} cannot be created: ${e instanceof Error ? e.message : String(e)}`, { cause: e })
        })
        if (made) created++
      }
    }
    await Promise.all(Array.from({ length: Math.min(WORKERS, group.length) }, worker))
  }
  return created
}

const titleOf = ({ kind, metadata: m }: KubeObject): string =>
  `${kind} ${m?.namespace === undefined ? '' : `${m.namespace}/`}${m?.name ?? `${m?.generateName ?? ''}*`}`

/** The account that pods of the seed run as without naming one, once for each of their namespaces. */
function defaultAccounts(objects: readonly KubeObject[]): KubeObject[] {
  const namespaces = new Set<string>()
  for (const o of objects) {
    const spec = o.spec as { serviceAccountName?: string; serviceAccount?: string } | undefined
    const named = spec?.serviceAccountName || spec?.serviceAccount || DEFAULT_ACCOUNT
    if (o.kind === 'Pod' && named === DEFAULT_ACCOUNT) namespaces.add(o.metadata?.namespace ?? 'default')
  }
  const account = { apiVersion: 'v1', kind: 'ServiceAccount' }
  return [...namespaces].map((namespace) => ({ ...account, metadata: { name: DEFAULT_ACCOUNT, namespace } }))
}

async function createAccount(account: KubeObject, client: Client): Promise<void> {
  await createOne(account, client).catch((e: unknown) => {
    // A namespace that is missing or ending is the pod's own error, which names the pod.
    if (!isStatusError(e, 'NotFound') && !isStatusError(e, 'Forbidden')) throw e
  })
}

async function createOne(o: KubeObject, client: Client): Promise<boolean> {
  const path = pathOf(o)
  const headers = { 'content-type': 'application/json' }
  const { resourceVersion: _rv, uid: _uid, ...metadata } = o.metadata ?? {}
  let made: KubeObject
  try {
    const res = await client.raw({ method: 'POST', path, headers, body: Buffer.from(JSON.stringify({ ...o, metadata })) })
    made = parseNumbers(res.body.toString()) as KubeObject
  } catch (e) {
    if (isStatusError(e, 'AlreadyExists')) return false
    throw e
  }
  if (o.status !== undefined && Object.keys(o.status as object).length > 0) {
    const body = Buffer.from(JSON.stringify({ ...made, status: o.status }))
    await client.raw({ method: 'PUT', path: `${path}/${made.metadata.name}/status`, headers, body }).catch((e: unknown) => {
      if (!isStatusError(e, 'NotFound')) throw e
    })
  }
  return true
}
