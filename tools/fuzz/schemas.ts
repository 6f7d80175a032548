import { send, type Target } from '../conformance/http.ts'
import { apiVersionOf, type Sample } from '../conformance/objects.ts'
import type { Random } from './random.ts'
import { oddNumber, oddString, oddValue } from './values.ts'

/** As much of OpenAPI v3 as the documents use. */
export interface Schema {
  $ref?: string
  allOf?: Schema[]
  type?: string
  format?: string
  enum?: string[]
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
  items?: Schema
  oneOf?: Schema[]
  'x-kubernetes-group-version-kind'?: { group: string; version: string; kind: string }[]
}

/** The types of one group-version. */
export class Types {
  readonly #schemas: Readonly<Record<string, Schema>>

  constructor(schemas: Readonly<Record<string, Schema>>) {
    this.#schemas = schemas
  }

  kind(group: string, version: string, kind: string): Schema | undefined {
    return Object.values(this.#schemas).find((s) =>
      s['x-kubernetes-group-version-kind']?.some((k) => k.group === group && k.version === version && k.kind === kind),
    )
  }

  /** The schema itself where one refers to another. */
  resolve(schema: Schema | undefined): Schema {
    let s = schema
    for (let hops = 0; s !== undefined && hops < 10; hops++) {
      const ref: string | undefined = s.$ref ?? (s.allOf?.length === 1 ? s.allOf[0]!.$ref : undefined)
      if (ref === undefined) return s
      s = this.#schemas[ref.slice(ref.lastIndexOf('/') + 1)]
    }
    return s ?? {}
  }

  /** A value of the type, odd in places; `depth` more levels of objects and lists. */
  value(r: Random, schema: Schema | undefined, depth: number): unknown {
    const s = this.resolve(schema)
    if (r.chance(0.04)) return oddValue(r)
    if (s.enum !== undefined && !r.chance(0.15)) return r.pick(s.enum)
    if (s.properties !== undefined) return depth > 0 ? this.object(r, s.properties, depth) : {}
    if (typeof s.additionalProperties === 'object') {
      const entries = Array.from({ length: r.below(3) }, () => [plainString(r), this.value(r, s.additionalProperties as Schema, depth - 1)])
      return Object.fromEntries(entries) as unknown
    }
    if (s.type === 'array') {
      const length =
        depth > 0
          ? r.weighted([
              [1, 0],
              [4, 1],
              [2, 2],
              [0.5, 5],
            ] as const)
          : 0 // prettier-ignore
      return Array.from({ length }, () => this.value(r, s.items, depth - 1))
    }
    if (s.type === 'boolean') return r.chance(0.5)
    if (s.type === 'integer' || s.type === 'number') return r.chance(0.6) ? r.below(10) : oddNumber(r)
    if (s.format === 'date-time') return r.chance(0.8) ? '2020-01-01T00:00:00Z' : oddString(r)
    if (s.type === 'string') return plainString(r)
    if (s.oneOf !== undefined) return r.chance(0.5) ? r.pick([0, 1, 80, 8080, -1]) : plainString(r)
    return s.type === 'object' ? {} : oddValue(r)
  }

  private object(r: Random, properties: Record<string, Schema>, depth: number): Record<string, unknown> {
    const out: Record<string, unknown> = {}
    const names = Object.keys(properties)
    const share = Math.min(1, 3 / Math.max(1, names.length) + 0.1)
    for (const name of names) if (r.chance(share)) out[name] = this.value(r, properties[name], depth - 1)
    return out
  }
}

const plainString = (r: Random): string => (r.chance(0.6) ? r.pick(['a', 'b', 'x', 'app', 'c', 'example.com/a', 'v1', '1']) : oddString(r))

const LIMIT_MS = 15_000

/** A kube-apiserver serves a custom kind for half a second before it publishes what it is: until then it has an empty 404. */
async function published(target: Target, path: string): Promise<string> {
  for (const end = Date.now() + LIMIT_MS; ; ) {
    const { status, body } = await send(target, { path })
    if (status === 200) return body.toString()
    if (Date.now() > end)
      throw new Error(`${path} answers ${status} for ${LIMIT_MS / 1000} s after its kinds are served; see what the server logs`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

/** The types that a server publishes for the group-versions of the samples. */
export async function readTypes(target: Target, samples: readonly Sample[]): Promise<Map<string, Types>> {
  const found = new Map<string, Types>()
  for (const sample of samples) {
    const gv = apiVersionOf(sample)
    if (found.has(gv)) continue
    const document = await published(target, `/openapi/v3/${sample.group === '' ? 'api' : 'apis'}/${gv}`)
    const { components } = JSON.parse(document) as { components?: { schemas?: Record<string, Schema> } }
    found.set(gv, new Types(components?.schemas ?? {}))
  }
  return found
}
