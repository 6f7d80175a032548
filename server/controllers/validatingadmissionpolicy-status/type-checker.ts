import { typeOfComponent, type Components } from '../../cel/openapi-schema.ts'
import { policyTypeCheck } from '../../cel/policy-types.ts'
import type { DeclType } from '../../cel/schema-types.ts'
import type { Client } from '../../client/client.ts'
import { groupVersionPath } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import { parseApiVersion, type KubeObject } from '../../machinery/types.ts'

export interface ValidatingAdmissionPolicy extends KubeObject {
  spec?: {
    paramKind?: { apiVersion?: string; kind?: string }
    matchConstraints?: { resourceRules?: { apiGroups?: string[]; apiVersions?: string[]; resources?: string[] }[] }
    variables?: { name: string; expression: string }[]
    validations?: { expression: string; messageExpression?: string }[]
  }
  status?: { observedGeneration?: number | bigint }
}

interface Kind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

export interface ExpressionWarning {
  fieldRef: string
  warning: string
}

/** More types than these are not checked. */
const MAX_TYPES = 10
const KINDS = 'x-kubernetes-group-version-kind'

/**
 * What is wrong with a policy's expressions for the kinds that it names, as far as the server's discovery and OpenAPI tell of them
 * (apiserver `policy/validating/typechecking.go`). Nothing of it keeps the policy from its work.
 */
export async function checkPolicy(client: Client, policy: ValidatingAdmissionPolicy, signal: AbortSignal): Promise<ExpressionWarning[]> {
  const schemas = new Schemas(client, signal)
  const { spec = {} } = policy
  const paramKind = paramKindOf(spec)
  const [types, params] = await Promise.all([
    kindsOf(schemas, spec).then((kinds) => Promise.all(kinds.map(async (kind) => ({ kind, type: await schemas.typeOf(kind) })))),
    paramKind === undefined ? undefined : schemas.typeOf(paramKind),
  ])
  const checks = types.flatMap(({ kind, type }) => {
    if (type === undefined) return []
    const check = policyTypeCheck({ object: type, hasParams: paramKind !== undefined, params, variables: spec.variables ?? [] })
    return [{ name: `${kind.group}/${kind.version}, Kind=${kind.kind}`, check }]
  })
  const warningOf = (fieldRef: string, expression: string): ExpressionWarning[] => {
    const texts = checks.flatMap(({ name, check }) => {
      const issue = check(expression)
      return issue === undefined ? [] : [`${name}: ${issue}\n`]
    })
    return texts.length === 0 ? [] : [{ fieldRef, warning: texts.join('\n') }]
  }
  return (spec.validations ?? []).flatMap(({ expression, messageExpression = '' }, i) => [
    ...warningOf(`spec.validations[${i}].expression`, expression),
    ...(messageExpression === '' ? [] : warningOf(`spec.validations[${i}].messageExpression`, messageExpression)),
  ])
}

function paramKindOf({ paramKind }: NonNullable<ValidatingAdmissionPolicy['spec']>): Kind | undefined {
  const gv = paramKind === undefined ? undefined : parseApiVersion(paramKind.apiVersion ?? '')
  return gv === undefined ? undefined : { ...gv, kind: paramKind!.kind ?? '' }
}

/** Kinds that the rules name without a wildcard, in order. */
async function kindsOf(schemas: Schemas, { matchConstraints }: NonNullable<ValidatingAdmissionPolicy['spec']>): Promise<Kind[]> {
  const kinds = new Map<string, Kind>()
  const named = (list: readonly string[] = []): readonly string[] => (list.some((name) => name.includes('*')) ? [] : list.toSorted())
  for (const rule of matchConstraints?.resourceRules ?? []) {
    const resources = (rule.resources ?? []).filter((name) => !/[*/]/.test(name)).sort()
    let count = 0
    for (const group of named(rule.apiGroups)) {
      for (const version of named(rule.apiVersions)) {
        for (const resource of resources) {
          const kind = await schemas.kindOf(group, version, resource)
          if (kind === undefined) continue
          kinds.set(`${group}/${version}/${kind}`, { group, version, kind })
          if (++count === MAX_TYPES) return sorted(kinds)
        }
      }
    }
  }
  return sorted(kinds)
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const sorted = (kinds: ReadonlyMap<string, Kind>): Kind[] =>
  [...kinds.values()].sort((a, b) => compare(a.group, b.group) || compare(a.version, b.version) || compare(a.kind, b.kind))

/** Discovery and OpenAPI of a server, each document read once. */
class Schemas {
  readonly #client: Client
  readonly #signal: AbortSignal
  readonly #documents = new Map<string, Promise<unknown>>()

  constructor(client: Client, signal: AbortSignal) {
    this.#client = client
    this.#signal = signal
  }

  async kindOf(group: string, version: string, resource: string): Promise<string | undefined> {
    const list = (await this.#read(groupVersionPath(group, version))) as { resources?: { name: string; kind: string }[] } | undefined
    return list?.resources?.find((r) => r.name === resource)?.kind
  }

  async typeOf({ group, version, kind }: Kind): Promise<DeclType | undefined> {
    const document = (await this.#read(`/openapi/v3${groupVersionPath(group, version)}`)) as
      | { components?: { schemas?: Components } }
      | undefined
    const components = document?.components?.schemas ?? {}
    const name = Object.keys(components).find((key) => {
      const kinds = components[key]![KINDS] as Kind[] | undefined
      return kinds?.some((k) => k.group === group && k.version === version && k.kind === kind) === true
    })
    // The reference takes the moment's nanoseconds for a name that nobody else has.
    return name === undefined ? undefined : typeOfComponent(components, name, `${kind}0`)
  }

  #read(path: string): Promise<unknown> {
    let document = this.#documents.get(path)
    if (document === undefined) this.#documents.set(path, (document = this.#fetch(path)))
    return document
  }

  async #fetch(path: string): Promise<unknown> {
    try {
      const { body } = await this.#client.raw({ method: 'GET', path, headers: { accept: 'application/json' }, signal: this.#signal })
      return JSON.parse(body.toString('utf8'))
    } catch (e) {
      if (isStatusError(e, 'NotFound')) return undefined
      throw e
    }
  }
}
