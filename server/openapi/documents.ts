import { type Descriptions, withoutValues } from './descriptions.ts'
import type { Parameter } from './parameters.ts'
import type { Operation, OperationOptions } from './operations.ts'
import { customPaths } from './custom-paths.ts'
import { merged } from './merge.ts'
import { customListSchema, customSchema, modelName, type CustomSource } from './custom-schemas.ts'
import { discoveryPaths, groupVersionPaths, type Path } from './paths.ts'
import { type Dialect, type Home, type Json, kindsOf, META, reference, schemaOf, type SchemaSource, VERSION_INFO } from './schemas.ts'
import { shareParameters } from './shared-parameters.ts'
import { mapped, type Steps } from './steps.ts'

export interface DocumentOptions extends OperationOptions {
  descriptions: Descriptions
  /** Fields of the built-in API do not list the values that they may have; default false. */
  withoutEnums?: boolean
  /** `1.37`. */
  version: string
  /** What is served besides the built-in API; none by default. */
  custom?: readonly CustomSource[]
  /** Media types of patches that custom resources take. */
  customPatchTypes?: readonly string[]
}

/**
 * The documents of a server: one of everything as OpenAPI v2, and v3 ones by the path that follows `/openapi/v3/`. All of them are large:
 * they are made in steps, between which others may run.
 */
export interface Documents {
  readonly names: readonly string[]
  v3(name: string): Steps<Json>
  v2(): Steps<Json>
}

const TITLE = 'Kubernetes'
const CUSTOM_INFO = { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' }
const RESPONSES = { 200: 'OK', 201: 'Created', 202: 'Accepted', 401: 'Unauthorized' } as const
const bearer = { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' }

export function documents(o: DocumentOptions): Documents {
  const { withoutEnums = false } = o
  const descriptions = withoutEnums ? withoutValues(o.descriptions) : o.descriptions
  const source: SchemaSource = { scheme: o.scheme, descriptions, kinds: kindsOf(o.scheme), withoutEnums }
  const info = { title: TITLE, version: o.version }
  const single = discoveryPaths(o, VERSION_INFO)
  const groupVersions = new Map(
    o.scheme.groups.flatMap(({ name, versions }) =>
      versions.map((version) => [name === '' ? `api/${version}` : `apis/${name}/${version}`, { group: name, version }] as const),
    ),
  )
  const custom = new Map<string, CustomSource[]>()
  for (const of of o.custom ?? []) {
    const name = `apis/${of.group}/${of.version}`
    const known = custom.get(name)
    if (known === undefined) custom.set(name, [of])
    else known.push(of)
  }
  const own = schemasByName(o.custom ?? [], o.descriptions)
  const pathsOf = (of: CustomSource): Path[] => customPaths(of, o.customPatchTypes ?? o.patchTypes)

  function* v3(name: string): Steps<Json> {
    const custom3 = custom.get(name)
    if (custom3 !== undefined && !groupVersions.has(name)) return yield* customV3(custom3)
    const home = groupVersions.get(name)
    const one = single.get(name)
    const paths = home === undefined ? [one!] : yield* groupVersionPaths(o, home.group, home.version)
    const schemas = yield* schemasOf(source, 3, paths, home)
    return {
      openapi: '3.0.0',
      info,
      paths: yield* pathItems(paths, o.descriptions, operationV3, parameterV3),
      components: { ...(Object.keys(schemas).length === 0 ? {} : { schemas }), securitySchemes: { BearerToken: bearer } },
    }
  }
  function* customV3(sources: readonly CustomSource[]): Steps<Json> {
    const paths = (yield* mapped(sources, pathsOf)).flat().sort(byPath)
    return {
      openapi: '3.0.0',
      info: CUSTOM_INFO,
      paths: yield* pathItems(paths, o.descriptions, operationV3, parameterV3),
      components: { schemas: yield* schemasOf(source, 3, paths, 'custom', own) },
    }
  }
  /** Custom resources of which a schema has the name of a built-in one: they get other names, as by the reference's aggregator. */
  const isTaken = (of: CustomSource): boolean => [of.kind, of.listKind].some((kind) => o.scheme.type(modelName(of, kind)) !== undefined)

  function* v2(): Steps<Json> {
    const builtIn = [...single.values()]
    for (const { group, version } of groupVersions.values()) builtIn.push(...(yield* groupVersionPaths(o, group, version)))
    const [sources, apart] = [(o.custom ?? []).filter((of) => !isTaken(of)), (o.custom ?? []).filter(isTaken)]
    const all = yield* documentV2(builtIn, sources)
    return apart.length === 0 ? all : yield* merged(all, yield* documentV2([], apart))
  }
  function* documentV2(builtIn: readonly Path[], sources: readonly CustomSource[]): Steps<Json> {
    const names = schemasByName(sources, o.descriptions)
    const paths = [...builtIn, ...(yield* mapped(sources, pathsOf)).flat()].sort(byPath)
    const { items, parameters } = yield* shareParameters(yield* pathItems(paths, o.descriptions, operationV2, parameterV2))
    return {
      swagger: '2.0',
      info,
      paths: items,
      definitions: yield* schemasOf(source, 2, paths, undefined, names),
      parameters,
      securityDefinitions: { BearerToken: bearer },
      security: [{ BearerToken: [] }],
    }
  }
  return { names: [...new Set([...single.keys(), ...groupVersions.keys(), ...custom.keys()])].sort(), v3, v2 }
}

const byPath = (a: Path, b: Path): number => (a.path < b.path ? -1 : 1)

type OwnSchema = (dialect: Dialect) => Json

/** The schemas of custom resources by their names; they refer to those of metadata. */
function schemasByName(sources: readonly CustomSource[], descriptions: Descriptions): ReadonlyMap<string, OwnSchema> {
  return new Map(
    sources.flatMap((of): [string, OwnSchema][] => [
      [modelName(of, of.kind), (dialect) => customSchema(of, dialect, descriptions)],
      [modelName(of, of.listKind), (dialect) => customListSchema(of, dialect, descriptions)],
    ]),
  )
}

const NONE: ReadonlyMap<string, OwnSchema> = new Map()

function* schemasOf(
  source: SchemaSource,
  dialect: Dialect,
  paths: readonly Path[],
  home: Home,
  own: ReadonlyMap<string, OwnSchema> = NONE,
): Steps<Json> {
  const out = new Map<string, Json>()
  const wanted: string[] = own === NONE || paths.length === 0 ? [] : [`${META}.ObjectMeta`, `${META}.ListMeta`]
  for (const { operations } of paths) {
    for (const { answers, body } of operations) wanted.push(...[answers, body?.type].filter((name) => name !== undefined))
  }
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (out.has(name)) continue
    out.set(name, own.get(name)?.(dialect) ?? schemaOf(source, dialect, name, home, (needed) => wanted.push(needed)))
    yield
  }
  return Object.fromEntries([...out].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function* pathItems(
  paths: readonly Path[],
  descriptions: Descriptions,
  operation: (o: Operation, parameters: Json[]) => Json,
  parameter: (p: Parameter, description: string | undefined) => Json,
): Steps<Json> {
  // Most operations have the very same parameters.
  const known = new Map<Parameter, Json>()
  const one = (p: Parameter): Json => {
    let made = known.get(p)
    if (made === undefined) known.set(p, (made = parameter(p, descriptions.parameter(p.key) ?? p.text)))
    return made
  }
  const item = (path: Path): Json => {
    const operations = path.operations.map((o) => [o.method, operation(o, o.parameters.map(one))])
    const parameters = path.parameters.map(one)
    return { ...(Object.fromEntries(operations) as Json), ...(parameters.length === 0 ? {} : { parameters }) }
  }
  return Object.fromEntries(yield* mapped(paths, (p) => [p.path, item(p)] as const))
}

const describe = (description: string | undefined): Json => (description === undefined ? {} : { description })
const required = (p: Parameter): Json => (p.in === 'path' ? { required: true } : {})
const parameterV3 = (p: Parameter, description: string | undefined): Json => ({
  name: p.name,
  in: p.in,
  ...describe(description),
  ...required(p),
  schema: { type: p.type, uniqueItems: true },
})
const parameterV2 = (p: Parameter, description: string | undefined): Json => ({
  uniqueItems: true,
  type: p.type,
  ...describe(description),
  name: p.name,
  in: p.in,
  ...required(p),
})

const answer = (dialect: Dialect, o: Operation): Json => (o.answers === undefined ? { type: 'string' } : reference(dialect, o.answers))

function operationV3(o: Operation, parameters: Json[]): Json {
  const content = (media: readonly string[], schema: Json): Json => Object.fromEntries([...media].sort().map((m) => [m, { schema }]))
  const { body } = o
  const responses = o.codes.map((code) => [code, { description: RESPONSES[code], content: content(o.produces, answer(3, o)) }])
  return {
    tags: [o.tag],
    description: o.description,
    operationId: o.id,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            // In the order of a Go map's keys.
            content: content([...(o.consumes ?? [])].sort(), reference(3, body.type)),
            ...(body.required ? { required: true } : {}),
          },
        }),
    responses: { ...(Object.fromEntries(responses) as Json), 401: { description: RESPONSES[401] } },
    ...(o.action === undefined ? {} : { 'x-kubernetes-action': o.action, 'x-kubernetes-group-version-kind': o.kind }),
  }
}

function operationV2(o: Operation, own: Json[]): Json {
  const { body } = o
  const inBody = (b: NonNullable<typeof body>): Json => ({
    name: 'body',
    in: 'body',
    ...(b.required ? { required: true } : {}),
    schema: reference(2, b.type),
  })
  const parameters = body === undefined ? own : [inBody(body), ...own]
  const responses = o.codes.map((code) => [code, { description: RESPONSES[code], schema: answer(2, o) }])
  const kind = o.kind === undefined ? undefined : { group: o.kind.group, kind: o.kind.kind, version: o.kind.version }
  return {
    description: o.description,
    ...(o.consumes === undefined ? {} : { consumes: o.consumes }),
    produces: o.produces,
    schemes: ['https'],
    tags: [o.tag],
    operationId: o.id,
    ...(parameters.length === 0 ? {} : { parameters }),
    responses: { ...(Object.fromEntries(responses) as Json), 401: { description: RESPONSES[401] } },
    ...(o.action === undefined ? {} : { 'x-kubernetes-action': o.action, 'x-kubernetes-group-version-kind': kind }),
  }
}
