import { badOthers } from './bad-others.ts'
import { badPods } from './bad-pods.ts'
import { bases } from './bases.ts'
import { caseName, minimal, withPaths, type Case, type Json, type Kind } from './cases.ts'
import { goodCases } from './good-cases.ts'
import { call, collection, nameOf, prepareNamespace, stripped, withoutManaged, writeFacts } from './reference.ts'
import { tableObjects } from './table-objects.ts'

/**
 * Asks a reference kube-apiserver (REFERENCE_URL, REFERENCE_TOKEN) about every case and writes what it answered beside this file.
 *   node e2e/reference/kinds/record.ts
 */
async function answerOf(c: Case, stored: ReadonlyMap<string, Json>): ReturnType<typeof call> {
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
  await prepareNamespace()
  const stored = await storedBases()
  const defaults: unknown[] = []
  for (const c of goodCases) {
    const { code, body, warnings } = await answerOf(c, stored)
    if (code >= 300) throw new Error(`${c.kind} ${c.name}: ${JSON.stringify(body.message)}`)
    defaults.push({ case: caseName(c), stored: stripped(body), warnings })
  }
  const refusals: unknown[] = []
  for (const c of [...badPods, ...badOthers]) {
    const { code, body } = await answerOf(c, stored)
    const { message, details } = body as { message?: string; details?: { causes?: unknown } }
    refusals.push({ case: caseName(c), code, ...(code < 400 ? {} : { message, causes: details?.causes }) })
  }
  const old = [...stored].map(([base, object]) => ({ base, object: withoutManaged(object) }))
  writeFacts('bases.answers.json', old)
  writeFacts('defaults.answers.json', defaults)
  writeFacts('refusals.answers.json', refusals)
  writeFacts('tables.answers.json', await recordTables())
  process.stderr.write(`${defaults.length} defaults, ${refusals.length} refusals\n`)
}

await main()
