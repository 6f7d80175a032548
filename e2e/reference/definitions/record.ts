import type { JsonObject } from '../../../server/machinery/json-values.ts'
import { askReference, writeAnswers } from '../asking.ts'
import { definitionCases, definitionOf } from './definition-cases.ts'
import { group, kind, objectCases, plural, schemaOf } from './object-cases.ts'

/**
 * Writes objects.answers.json and definitions.answers.json from a running kube-apiserver: $REFERENCE_URL and $REFERENCE_TOKEN.
 */
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

interface Answer {
  readonly status: number
  readonly warnings: readonly string[]
  readonly body: JsonObject & { message?: string; details?: { causes?: readonly JsonObject[] } }
}

const send = (method: string, path: string, body?: unknown): Promise<Answer> => askReference(method, path, body)

const definition = (i: number, schema: JsonObject): JsonObject => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `${plural(i)}.${group}` },
  spec: {
    group,
    names: { plural: plural(i), kind: kind(i) },
    scope: 'Cluster',
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
  },
})

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function remove(name: string): Promise<void> {
  while ((await send('DELETE', `${DEFINITIONS}/${name}`)).status !== 404) await pause(50)
}

async function untilServed(i: number): Promise<void> {
  for (let n = 0; n < 200; n++) {
    const { status } = await send('GET', `/apis/${group}/v1/${plural(i)}`)
    if (status === 200) return
    await pause(50)
  }
  throw new Error(`${plural(i)} is not served`)
}

/** What is compared: the fields of the object but its metadata, or the causes of the refusal, whose order is Go's maps'. */
function fact({ status, warnings, body }: Answer): JsonObject {
  const causes = body.details?.causes?.map((c) => `${String(c['reason'])} ${String(c['field'])}: ${String(c['message'])}`)
  const { metadata: _, apiVersion: _v, kind: _k, ...rest } = body
  return {
    code: status,
    ...(warnings.length === 0 ? {} : { warnings }),
    ...(status < 300 ? { object: rest } : causes === undefined ? { message: body.message } : { causes: causes.sort() }),
  }
}

const failed = (answer: Answer): Answer => {
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body))
  return answer
}
async function recordObjects(): Promise<Record<string, JsonObject>> {
  const facts: Record<string, JsonObject> = {}
  for (const [i, c] of objectCases.entries()) {
    const name = `${plural(i)}.${group}`
    const schema = schemaOf(c.spec, c.root)
    const before = c.before === undefined ? schema : schemaOf(c.before)
    await remove(name)
    failed(await send('POST', DEFINITIONS, definition(i, before)))
    await untilServed(i)
    const path = `/apis/${group}/v1/${plural(i)}`
    const olds = new Map<number, JsonObject>()
    const envelope = (n: number, spec: unknown, more: JsonObject = {}): JsonObject => ({
      apiVersion: `${group}/v1`,
      kind: kind(i),
      metadata: { name: `case-${n}` },
      ...(spec === undefined ? {} : { spec }),
      ...more,
    })
    for (const [n, [, , old]] of c.objects.entries()) {
      if (old !== undefined) olds.set(n, failed(await send('POST', path, envelope(n, old))).body)
    }
    if (c.before !== undefined) {
      const stored = (await send('GET', `${DEFINITIONS}/${name}`)).body
      failed(await send('PUT', `${DEFINITIONS}/${name}`, { ...definition(i, schema), metadata: stored['metadata'] }))
      await pause(2000)
    }
    for (const [n, [label, spec, , more]] of c.objects.entries()) {
      const old = olds.get(n)
      const query = '?dryRun=All&fieldValidation=Warn'
      const answer =
        old === undefined
          ? await send('POST', path + query, envelope(n, spec, more))
          : await send('PUT', `${path}/case-${n}${query}`, { ...envelope(n, spec, more), metadata: old['metadata'] })
      facts[`${c.name}: ${label}`] = fact(answer)
    }
    await remove(name)
  }
  return facts
}

async function recordDefinitions(): Promise<Record<string, JsonObject>> {
  const facts: Record<string, JsonObject> = {}
  const right = 'foos.defs.example.com'
  await remove(right)
  for (const c of definitionCases.filter((d) => d.update !== true)) {
    const { object: _, ...rest } = fact(await send('POST', `${DEFINITIONS}?dryRun=All`, definitionOf(c)))
    facts[c.name] = rest
  }
  failed(await send('POST', DEFINITIONS, definitionOf({ name: 'right' })))
  await pause(1000)
  const { metadata } = (await send('GET', `${DEFINITIONS}/${right}`)).body as { metadata?: JsonObject }
  for (const c of definitionCases.filter((d) => d.update === true)) {
    const { object: _, ...rest } = fact(await send('PUT', `${DEFINITIONS}/${right}?dryRun=All`, { ...definitionOf(c), metadata }))
    facts[c.name] = rest
  }
  await remove(right)
  return facts
}

writeAnswers(new URL('definitions.answers.json', import.meta.url), await recordDefinitions())
writeAnswers(new URL('objects.answers.json', import.meta.url), await recordObjects())
