import { writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { badOthers } from './bad-others.ts'
import { badPods } from './bad-pods.ts'
import { bases } from './bases.ts'
import { caseName, minimal, withPaths, type Case, type Json, type Kind } from './cases.ts'
import { goodCases } from './good-cases.ts'
import { tableObjects } from './table-objects.ts'

/**
 * Asks a reference kube-apiserver (REFERENCE_URL, REFERENCE_TOKEN) about every case and writes what it answered beside this file.
 *   node server/registry/testing/record.ts
 */
const NAMESPACE = 'facts'
const plural: Readonly<Record<Kind, string>> = {
  Pod: 'pods', Node: 'nodes', Namespace: 'namespaces', Deployment: 'deployments', ReplicaSet: 'replicasets',
}

function call(method: string, path: string, body?: unknown, accept = 'application/json'): Promise<{ code: number; body: Json }> {
  const url = new URL(path, process.env.REFERENCE_URL)
  const headers = { authorization: `Bearer ${process.env.REFERENCE_TOKEN}`, 'content-type': 'application/json', accept }
  return new Promise((resolve, reject) => {
    const req = request(url, { method, headers, rejectUnauthorized: false }, (res) => {
      const chunks: Buffer[] = []
      res.on('data', (c: Buffer) => chunks.push(c))
      res.on('end', () => resolve({ code: res.statusCode ?? 0, body: JSON.parse(Buffer.concat(chunks).toString() || '{}') as Json }))
    })
    req.on('error', reject)
    req.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

function collection(kind: Kind): string {
  const group = kind === 'Deployment' || kind === 'ReplicaSet' ? '/apis/apps/v1' : '/api/v1'
  const scope = kind === 'Node' || kind === 'Namespace' ? '' : `/namespaces/${NAMESPACE}`
  return `${group}${scope}/${plural[kind]}`
}

const nameOf = (obj: Json): string => (obj.metadata as { name: string }).name

/** What differs from one run to the next is no fact. */
function stripped(obj: Json): Json {
  const copy = structuredClone(obj)
  const meta = copy.metadata as Json
  for (const field of ['uid', 'creationTimestamp', 'resourceVersion', 'managedFields', 'selfLink']) delete meta[field]
  for (const c of ((copy.status as Json | undefined)?.conditions ?? []) as Json[]) delete c.lastTransitionTime
  return copy
}

async function answerOf(c: Case, stored: ReadonlyMap<string, Json>): Promise<{ code: number; body: Json }> {
  if (c.operation === 'create') {
    return call('POST', `${collection(c.kind)}?dryRun=All`, withPaths(minimal[c.kind], c.set))
  }
  const old = stored.get(c.base!)!
  const sub = c.operation === 'update' ? '' : `/${c.operation}`
  return call('PUT', `${collection(c.kind)}/${nameOf(old)}${sub}?dryRun=All`, withPaths(old, c.set))
}

async function storedBases(): Promise<Map<string, Json>> {
  const found = new Map<string, Json>()
  for (const [name, obj] of Object.entries(bases)) {
    const kind = obj.kind as Kind
    await call('DELETE', `${collection(kind)}/${nameOf(obj)}?gracePeriodSeconds=0`)
    const { code, body } = await call('POST', collection(kind), obj)
    if (code === 409) found.set(name, (await call('GET', `${collection(kind)}/${nameOf(obj)}`)).body)
    else if (code === 201) found.set(name, body)
    else throw new Error(`${name}: ${code} ${JSON.stringify(body)}`)
  }
  return found
}

const withoutManaged = (obj: Json): Json => withPaths(obj, { 'metadata.managedFields': undefined })

async function recordTables(): Promise<unknown[]> {
  const facts: unknown[] = []
  for (const { object, status } of tableObjects) {
    const kind = object.kind as Kind
    const path = `${collection(kind)}/${nameOf(object)}`
    if (kind !== 'Namespace') await call('DELETE', `${path}?gracePeriodSeconds=0`)
    const made = await call('POST', collection(kind), object)
    if (made.code !== 201 && made.code !== 409) throw new Error(`${nameOf(object)}: ${JSON.stringify(made.body)}`)
    if (status !== undefined) {
      const put = await call('PUT', `${path}/status`, { ...made.body, status })
      if (put.code !== 200) throw new Error(`${nameOf(object)}: ${JSON.stringify(put.body)}`)
    }
    const stored = withoutManaged((await call('GET', path)).body)
    const table = (await call('GET', path, undefined, 'application/json;as=Table;g=meta.k8s.io;v=v1')).body
    const row = (table.rows as Json[])[0]!
    const columns = (table.columnDefinitions as Json[]).map(({ name, type, format, priority }) => ({ name, type, format, priority }))
    facts.push({ kind, object: stored, columns, cells: row.cells })
  }
  return facts
}

async function main(): Promise<void> {
  await call('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } })
  await call('POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, { metadata: { name: 'default' }, automountServiceAccountToken: false })
  const stored = await storedBases()
  const defaults: unknown[] = []
  for (const c of goodCases) {
    const { code, body } = await answerOf(c, stored)
    if (code >= 300) throw new Error(`${c.kind} ${c.name}: ${JSON.stringify(body.message)}`)
    defaults.push({ case: caseName(c), stored: stripped(body) })
  }
  const refusals: unknown[] = []
  for (const c of [...badPods, ...badOthers]) {
    const { code, body } = await answerOf(c, stored)
    const { message, details } = body as { message?: string; details?: { causes?: unknown } }
    refusals.push({ case: caseName(c), code, ...(code < 400 ? {} : { message, causes: details?.causes }) })
  }
  const old = [...stored].map(([base, object]) => ({ base, object: withoutManaged(object) }))
  const write = (file: string, facts: unknown[]): void =>
    writeFileSync(new URL(file, import.meta.url), `[\n${facts.map((f) => JSON.stringify(f)).join(',\n')}\n]\n`)
  write('facts-bases.json', old)
  write('facts-defaults.json', defaults)
  write('facts-refusals.json', refusals)
  write('facts-tables.json', await recordTables())
  process.stderr.write(`${defaults.length} defaults, ${refusals.length} refusals\n`)
}

await main()
