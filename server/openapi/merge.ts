import { isDeepStrictEqual } from 'node:util'
import type { Json } from './schemas.ts'
import type { Steps } from './steps.ts'

/**
 * OpenAPI v2 documents put together, as the reference's aggregator does with those of servers behind it (kube-openapi `pkg/aggregator`).
 * Nothing that is given is changed; what comes out shares parts with it.
 */
interface Swagger {
  readonly paths?: Readonly<Record<string, Json>>
  readonly definitions?: Readonly<Record<string, Json>>
  readonly parameters?: Readonly<Record<string, Json>>
}

const DEFINITIONS = '#/definitions/'
const PARAMETERS = '#/parameters/'
const GVKS = 'x-kubernetes-group-version-kind'

/** Every reference in a value, following those into definitions and parameters once each. */
function* referencesOf(spec: Swagger): Steps<Set<string>> {
  const found = new Set<string>()
  const waiting: unknown[] = Object.values(spec.paths ?? {})
  while (waiting.length > 0) {
    collect(waiting.pop(), (ref) => {
      if (found.has(ref)) return
      found.add(ref)
      if (ref.startsWith(DEFINITIONS)) waiting.push(spec.definitions?.[ref.slice(DEFINITIONS.length)])
      else if (ref.startsWith(PARAMETERS)) waiting.push(spec.parameters?.[ref.slice(PARAMETERS.length)])
    })
    yield
  }
  return found
}

function collect(value: unknown, found: (ref: string) => void): void {
  if (Array.isArray(value)) for (const item of value) collect(item, found)
  else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      if (key === '$ref' && typeof item === 'string') found(item)
      else collect(item, found)
    }
  }
}

/** The paths that are wanted, without the definitions that only others need. */
export function* withPaths(spec: Json, wanted: (path: string) => boolean): Steps<Json> {
  const { paths, definitions = {} } = spec as Swagger
  if (paths === undefined) return spec
  const before = yield* referencesOf(spec as Swagger)
  const kept = Object.fromEntries(Object.entries(paths).filter(([path]) => wanted(path)))
  const after = yield* referencesOf({ ...(spec as Swagger), paths: kept })
  const used = Object.entries(definitions).filter(([name]) => after.has(DEFINITIONS + name) || !before.has(DEFINITIONS + name))
  return { ...spec, paths: kept, definitions: Object.fromEntries(used) }
}

/** Adds what another document has: its paths where they are new, what these need, under another name where that is taken. */
export function* merged(dest: Json, other: Json): Steps<Json> {
  const { paths = {}, definitions = {}, parameters = {} } = dest as Swagger
  if ((other as Swagger).paths === undefined) return dest
  const isNew = (path: string): boolean => !Object.hasOwn(paths, path)
  const all = Object.keys((other as Swagger).paths!)
  if (!all.some(isNew)) return dest
  const source = (all.every(isNew) ? other : yield* withPaths(other, isNew)) as Swagger
  const renames = new Map<string, string>()
  const definitionNames = namesFor(definitions, source.definitions ?? {}, sameButKinds)
  const parameterNames = namesFor(parameters, source.parameters ?? {}, isDeepStrictEqual)
  for (const [from, to] of definitionNames) if (from !== to) renames.set(DEFINITIONS + from, DEFINITIONS + to)
  for (const [from, to] of parameterNames) if (from !== to) renames.set(PARAMETERS + from, PARAMETERS + to)
  yield
  const add = function* (to: Readonly<Record<string, Json>>, from: Readonly<Record<string, Json>>, names?: ReadonlyMap<string, string>) {
    const out: Record<string, Json> = { ...to }
    for (const [name, value] of Object.entries(from)) {
      const known = names?.get(name) ?? name
      const here = Object.hasOwn(out, known) ? out[known]! : undefined
      out[known] = here === undefined ? (renamed(value, renames) as Json) : withKinds(here, value)
      yield
    }
    return Object.fromEntries(Object.entries(out).sort(([a], [b]) => (a < b ? -1 : 1)))
  }
  return {
    ...dest,
    paths: yield* add(paths, source.paths ?? {}),
    definitions: yield* add(definitions, source.definitions ?? {}, definitionNames),
    ...(source.parameters === undefined && (dest as Swagger).parameters === undefined
      ? {}
      : { parameters: yield* add(parameters, source.parameters ?? {}, parameterNames) }),
  }
}

/** What each of the new ones is called: as it was, or `name_v2` and on where another has the name that is not the same. */
function namesFor(
  taken: Readonly<Record<string, Json>>,
  all: Readonly<Record<string, Json>>,
  same: (a: Json, b: Json) => boolean,
): Map<string, string> {
  const used = new Set(Object.keys(taken))
  const names = new Map<string, string>()
  for (const [name, value] of Object.entries(all)) {
    const here = Object.hasOwn(taken, name) ? taken[name] : undefined
    if (here === undefined || same(here, value)) {
      names.set(name, name)
      continue
    }
    let i = 2
    let next = `${name}_v2`
    while (Object.hasOwn(taken, next) && !same(taken[next]!, value)) next = `${name}_v${++i}`
    if (!Object.hasOwn(taken, next)) {
      while (used.has(next) || Object.hasOwn(all, next)) next = `${name}_v${++i}`
      used.add(next)
    }
    names.set(name, next)
  }
  return names
}

const kindsOf = (value: Json): unknown => (value as Record<string, unknown>)[GVKS]

function sameButKinds(a: Json, b: Json): boolean {
  const { [GVKS]: _a, ...one } = a as Record<string, unknown>
  const { [GVKS]: _b, ...other } = b as Record<string, unknown>
  return isDeepStrictEqual(one, other)
}

/** A definition that two have the same of, with the kinds of both. */
function withKinds(here: Json, other: Json): Json {
  const [mine, theirs] = [kindsOf(here), kindsOf(other)]
  if (!Array.isArray(theirs)) return here
  const known = Array.isArray(mine) ? mine : []
  const more = theirs.filter((kind) => !known.some((k) => isDeepStrictEqual(k, kind)))
  return more.length === 0 ? here : { ...here, [GVKS]: [...known, ...more] }
}

function renamed(value: unknown, renames: ReadonlyMap<string, string>): unknown {
  if (renames.size === 0) return value
  if (Array.isArray(value)) return value.map((item) => renamed(item, renames))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === '$ref' && typeof item === 'string' ? (renames.get(item) ?? item) : renamed(item, renames),
    ]),
  )
}
