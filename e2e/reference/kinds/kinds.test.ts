import { administrator } from '../../../server/authn/components.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { qualified } from '../../../server/machinery/status.ts'
import type { KubeObject } from '../../../server/machinery/types.ts'
import { typeOfKind } from '../../../server/scheme/facts.ts'
import { checkObject } from '../../../server/scheme/check.ts'
import { deployments } from '../../../server/registry/apps/deployments.ts'
import { replicasets } from '../../../server/registry/apps/replicasets.ts'
import { namespaces } from '../../../server/registry/core/namespaces.ts'
import { nodes } from '../../../server/registry/core/nodes/index.ts'
import { pods } from '../../../server/registry/core/pods/index.ts'
import type { BuiltInKind } from '../../../server/registry/definition.ts'
import { badOthers } from './bad-others.ts'
import { badPods } from './bad-pods.ts'
import { startTestServer, type TestServer } from '../../../server/testing/api-server.ts'
import { caseName, minimal, withPaths, type Case, type Json, type Kind } from './cases.ts'
import baseFacts from './bases.answers.json' with { type: 'json' }
import defaultFacts from './defaults.answers.json' with { type: 'json' }
import refusalFacts from './refusals.answers.json' with { type: 'json' }
import tableFacts from './tables.answers.json' with { type: 'json' }
import { goodCases } from './good-cases.ts'
import { collection, NAMESPACE, nameOf, stripped } from './reference.ts'

const resources: Readonly<Record<Kind, BuiltInKind>> = {
  Pod: pods,
  Node: nodes,
  Namespace: namespaces,
  Deployment: deployments,
  ReplicaSet: replicasets,
}
const bases = new Map(baseFacts.map(({ base, object }) => [base, object as unknown as KubeObject]))

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
  await server.send('POST', '/api/v1/namespaces', { metadata: { name: NAMESPACE } })
  await server.send('POST', `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`, {
    metadata: { name: 'default' },
    automountServiceAccountToken: false,
  })
  // As the reference stored them: some could not be made by a request, since they carry a status.
  for (const object of bases.values()) {
    const store = server.api.registry.store(qualified(resources[object.kind as Kind]))
    await server.storage.create(store.keyOf(object.metadata.namespace ?? '', object.metadata.name!), store.encode(object))
  }
  await server.api.feed.fresh()
})
afterAll(() => server.close())

interface Answer {
  code: number
  body: Json
  warnings: string[]
}

/** Plays a case as a dry run. */
async function answerOf(c: Case): Promise<Answer> {
  const old = c.base === undefined ? undefined : (bases.get(c.base) as unknown as Json)
  const body = withPaths(old ?? minimal[c.kind], c.set)
  // The version that the reference gave it says nothing here.
  const meta = body.metadata as Json
  if (old !== undefined && meta.resourceVersion === (old.metadata as Json).resourceVersion) delete meta.resourceVersion
  const sub = c.operation === 'create' || c.operation === 'update' ? '' : `/${c.operation}`
  const path = old === undefined ? collection(c.kind) : `${collection(c.kind)}/${nameOf(old)}${sub}`
  const answer = await server.api.transport(administrator).request({
    method: old === undefined ? 'POST' : 'PUT',
    path: `${path}?dryRun=All`,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
  })
  const warnings = [answer.headers.warning ?? []].flat().map((w) => JSON.parse(w.replace(/^299 - /, '')) as string)
  return { code: answer.status, body: JSON.parse(answer.body.toString()) as Json, warnings }
}

interface Refusal {
  case: string
  code: number
  message?: string
  causes?: unknown
}

/** Go lists maps in random order, so texts are compared as sets where a case has several of one map. */
const unordered = (message: string): string[] =>
  message
    .replace(/ is invalid: \[/, ' is invalid:, ')
    .replace(/\]$/, '')
    .split(', ')
    .sort()

const answers = new Map((refusalFacts as Refusal[]).map((f) => [f.case, f]))

describe("refusals are the reference's", () => {
  for (const c of [...badPods, ...badOthers]) {
    const fact = answers.get(caseName(c))!
    test(caseName(c), async () => {
      const { code, body } = await answerOf(c)
      const { message, details } = body as { message?: string; details?: { causes?: unknown[] } }
      expect([code, code < 400 ? undefined : unordered(message!)]).toEqual([
        fact.code,
        fact.code < 400 ? undefined : unordered(fact.message!),
      ])
      if (code < 400) return
      const sortKey = (x: unknown): string => JSON.stringify(x)
      expect((details?.causes ?? []).map(sortKey).sort()).toEqual(((fact.causes ?? []) as unknown[]).map((x) => sortKeyOf(x)).sort())
    })
  }
})

// The reference's causes have their members in another order.
function sortKeyOf(cause: unknown): string {
  const { reason, message, field } = cause as { reason: string; message: string; field: string }
  return JSON.stringify({ reason, message, field })
}

describe("what is stored is the reference's", () => {
  const facts = new Map((defaultFacts as unknown as { case: string; stored: Json; warnings: string[] }[]).map((f) => [f.case, f]))
  for (const c of goodCases) {
    test(caseName(c), async () => {
      const { body, warnings } = await answerOf(c)
      const fact = facts.get(caseName(c))!
      expect(stripped(body)).toEqual(fact.stored)
      expect(warnings).toEqual(fact.warnings)
      // Defaults hold still: a stored object is not changed by them.
      const again = checkObject(typeOfKind(resources[c.kind].group, 'v1', c.kind)!, structuredClone(body)).object as KubeObject
      const before = structuredClone(again)
      resources[c.kind].strategy!.default?.(again)
      expect(again).toEqual(before)
    })
  }
})

describe("table rows are the reference's", () => {
  const minute = 60_000
  for (const fact of tableFacts as unknown as { kind: Kind; object: KubeObject; columns: Json[]; cells: unknown[] }[]) {
    test(`${fact.kind} ${fact.object.metadata.name}`, () => {
      const table = resources[fact.kind].table!
      const columns = table.columns.map(({ name, type, format, priority }) => ({
        name,
        type,
        format: format ?? '',
        priority: priority ?? 0,
      }))
      expect(columns).toEqual(fact.columns)
      // The reference answered within a minute of the object's creation; only the age itself may differ.
      const age = columns.findIndex((x) => x.name === 'Age')
      const now = Date.parse(fact.object.metadata.creationTimestamp!) + minute
      const cells = table.cells(fact.object, now)
      expect(cells[age]).toBe('60s')
      const normal = (list: unknown[]): unknown[] =>
        list.with(age, '').map((x) => (typeof x === 'string' ? x.replace(/\(.* ago\)/, '(ago)') : x))
      expect(normal(cells)).toEqual(normal(fact.cells))
    })
  }
})
