import type { ResourceFacts, Scheme, SubresourceFacts } from '../scheme/contract.ts'
import { DELETE_MANY, DELETE_ONE, inPath, LIST, optionParameters, PATCH, type Parameter, PRETTY, WRITE } from './parameters.ts'
import { type GroupVersionKind, META } from './schemas.ts'

/** The operations on a resource, in a form that both versions of OpenAPI are written from. */

export type Method = 'get' | 'put' | 'post' | 'delete' | 'options' | 'head' | 'patch'
/** In the order in which documents have them. */
export const METHODS: readonly Method[] = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch']

export interface Operation {
  method: Method
  id: string
  tag: string
  description: string
  action?: string
  kind?: GroupVersionKind
  parameters: Parameter[]
  /** Name of the body's type. */
  body?: { type: string; required: boolean }
  /** undefined: says nothing of it. */
  consumes?: readonly string[]
  produces: readonly string[]
  /** Status codes besides 401. */
  codes: readonly (200 | 201 | 202)[]
  /** Name of the answer's type; undefined for text. */
  answers: string | undefined
}

export const JSON_ONLY = ['application/json']
const OBJECTS = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']
const STREAMS = ['application/json;stream=watch', 'application/vnd.kubernetes.protobuf;stream=watch']
/** Media types of objects: CBOR behind its gate. */
export const objectTypes = (cbor = false): readonly string[] => (cbor ? [...OBJECTS, 'application/cbor'] : OBJECTS)
const streamTypes = (cbor = false): readonly string[] => [...objectTypes(cbor), ...STREAMS, ...(cbor ? ['application/cbor-seq'] : [])]
const ANY = ['*/*']

export const capital = (s: string): string => s.charAt(0).toUpperCase() + s.slice(1)

export interface OperationOptions {
  scheme: Scheme
  /** Media types of patches that are served. */
  patchTypes: readonly string[]
  /** Whether CBOR is spoken. */
  cbor?: boolean | undefined
  /** Whether a finished delete answers with the object. */
  returnsDeletedObject(resource: ResourceFacts): boolean
}

export interface Context extends OperationOptions {
  base: string
  r: ResourceFacts
  tag: string
  /** `CoreV1`, between the verb and the kind of an operation's id. */
  prefix: string
  scope: '' | 'Namespaced'
  /** Of the paths that name a namespace. */
  within: Parameter[]
}

/** Plural kinds take no article (apiserver `GetArticleForNoun`). */
export function withArticle(kind: string): string {
  if (kind.endsWith('s') && !kind.endsWith('ss')) return kind
  return `${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}`
}

const ownKind = ({ group, version, kind }: GroupVersionKind): GroupVersionKind => ({ group, version, kind })

export function listOperation(c: Context, all: '' | 'ForAllNamespaces'): Operation {
  const { r } = c
  return {
    method: 'get',
    id: `list${c.prefix}${all === '' ? c.scope : ''}${r.kind}${all}`,
    tag: c.tag,
    description: `list ${r.verbs.includes('watch') ? 'or watch ' : ''}objects of kind ${r.kind}`,
    action: 'list',
    kind: ownKind(r),
    parameters: [...LIST, PRETTY, ...(all === '' ? c.within : [])],
    consumes: ANY,
    produces: streamTypes(c.cbor),
    codes: [200],
    answers: `${r.type}List`,
  }
}

/** The old `/watch/` paths. */
export function watchOperation(c: Context, list: '' | 'List', all: '' | 'ForAllNamespaces'): Operation {
  const { r } = c
  const what = list === 'List' ? `a list of ${r.kind}` : `an object of kind ${r.kind}`
  return {
    method: 'get',
    id: `watch${c.prefix}${all === '' ? c.scope : ''}${r.kind}${list}${all}`,
    tag: c.tag,
    description: `watch changes to ${what}. deprecated: use the 'watch' parameter of a list operation`,
    action: list === 'List' ? 'watchlist' : 'watch',
    kind: ownKind(r),
    parameters: [...LIST, PRETTY, ...(all === '' ? c.within : []), ...(list === 'List' ? [] : [named(r.kind)])],
    consumes: ANY,
    produces: streamTypes(c.cbor),
    codes: [200],
    answers: `${META}.WatchEvent`,
  }
}

const named = (kind: string): Parameter => ({ ...inPath('name', `name of the ${kind}`), key: '' })

/** What an operation on an object or its part has of its own, by verb. */
interface Verb {
  method: Method
  prefix: string
  action: string
  parameters: readonly Parameter[]
  codes: Operation['codes']
  body?: 'object' | 'patch'
}

const VERBS: Readonly<Record<string, Verb>> = {
  get: { method: 'get', prefix: 'read', action: 'get', parameters: [], codes: [200] },
  create: { method: 'post', prefix: 'create', action: 'post', parameters: WRITE, codes: [200, 201, 202], body: 'object' },
  update: { method: 'put', prefix: 'replace', action: 'put', parameters: WRITE, codes: [200, 201], body: 'object' },
  patch: { method: 'patch', prefix: 'patch', action: 'patch', parameters: PATCH, codes: [200, 201], body: 'patch' },
}

interface Target {
  kind: GroupVersionKind
  /** Name of the object's type. */
  type: string
  /** What follows the verb, group and version in the id. */
  id: string
  description: string
  where: Parameter[]
}

function operation(c: Context, verb: Verb, t: Target): Operation {
  const body = verb.body === undefined ? {} : { body: { type: verb.body === 'patch' ? `${META}.Patch` : t.type, required: true } }
  return {
    method: verb.method,
    id: `${verb.prefix}${c.prefix}${t.id}`,
    tag: c.tag,
    description: t.description,
    action: verb.action,
    kind: ownKind(t.kind),
    parameters: [...verb.parameters, PRETTY, ...t.where],
    ...body,
    consumes: verb.body === 'patch' ? c.patchTypes : ANY,
    produces: objectTypes(c.cbor),
    codes: verb.codes,
    answers: t.type,
  }
}

const deletion = ({ cbor }: Context): Pick<Operation, 'body' | 'consumes' | 'produces'> => ({
  body: { type: `${META}.DeleteOptions`, required: false },
  consumes: ANY,
  produces: objectTypes(cbor),
})

export function collectionOperations(c: Context): Operation[] {
  const { r } = c
  const out: Operation[] = []
  if (r.verbs.includes('list')) out.push(listOperation(c, ''))
  if (r.verbs.includes('create')) {
    const description = `create ${withArticle(r.kind)}`
    out.push(operation(c, VERBS.create!, { kind: r, type: r.type, id: `${c.scope}${r.kind}`, description, where: c.within }))
  }
  if (r.verbs.includes('deletecollection')) {
    out.push({
      method: 'delete',
      id: `delete${c.prefix}Collection${c.scope}${r.kind}`,
      tag: c.tag,
      description: `delete collection of ${r.kind}`,
      action: 'deletecollection',
      kind: ownKind(r),
      parameters: [...DELETE_MANY, PRETTY, ...c.within],
      ...deletion(c),
      codes: [200],
      answers: `${META}.Status`,
    })
  }
  return out
}

const SENTENCES: Readonly<Record<string, string>> = {
  get: 'read the specified',
  update: 'replace the specified',
  patch: 'partially update the specified',
}

export function objectOperations(c: Context): Operation[] {
  const { r } = c
  const where = [named(r.kind), ...c.within]
  const id = `${c.scope}${r.kind}`
  const out = Object.entries(SENTENCES)
    .filter(([verb]) => r.verbs.includes(verb))
    .map(([verb, text]) => operation(c, VERBS[verb]!, { kind: r, type: r.type, id, description: `${text} ${r.kind}`, where }))
  if (r.verbs.includes('delete')) {
    // A namespace is answered as it stands, but the reference's document promises a Status.
    const object = c.returnsDeletedObject(r) && r.resource !== 'namespaces'
    out.push({
      method: 'delete',
      id: `delete${c.prefix}${id}`,
      tag: c.tag,
      description: `delete ${withArticle(r.kind)}`,
      action: 'delete',
      kind: ownKind(r),
      parameters: [...DELETE_ONE, PRETTY, ...where],
      ...deletion(c),
      codes: [200, 202],
      answers: object ? r.type : `${META}.Status`,
    })
  }
  return out
}

export function subresourceOperations(c: Context, s: SubresourceFacts): Operation[] {
  const { r } = c
  const where = [named(s.kind), ...c.within]
  const id = `${c.scope}${r.kind}${capital(s.name)}`
  const type = c.scheme.typeOf(s.group, s.version, s.kind)?.name ?? r.type
  return Object.entries(VERBS)
    .filter(([verb]) => s.verbs.includes(verb))
    .map(([verb, facts]) => {
      const description =
        verb === 'create'
          ? `create ${s.name} of ${withArticle(r.kind)}`
          : `${SENTENCES[verb]?.replace('the', `${s.name} of the`)} ${r.kind}`
      const made = operation(c, facts, { kind: s, type, id, description, where })
      return s.name === 'log' ? logOperation(c, made) : made
    })
}

/** A log is text, whatever is accepted. */
function logOperation(c: Context, made: Operation): Operation {
  const fields = c.scheme.typeOf('', 'v1', 'PodLogOptions')?.jsonFields ?? []
  const parameters = [...made.parameters, ...optionParameters('PodLogOptions', fields)]
  return { ...made, parameters, produces: ['text/plain', ...objectTypes(c.cbor)], answers: undefined }
}

const CONNECT: Readonly<Record<string, Method>> = { get: 'get', update: 'put', create: 'post', delete: 'delete', patch: 'patch' }

/** Streams and proxies: any media type goes through. What takes PUT takes OPTIONS and HEAD too. */
export function connectOperations(c: Context, s: SubresourceFacts, withPath: boolean): Operation[] {
  const { r } = c
  const methods = [...s.verbs.map((v) => CONNECT[v]!), ...(s.verbs.includes('update') ? (['options', 'head'] as const) : [])]
  const options = optionParameters(s.kind, c.scheme.typeOf(s.group, s.version, s.kind)?.jsonFields ?? [])
  const where = [named(s.kind), ...c.within, ...(withPath ? [inPath('path', 'path to the resource')] : [])]
  return methods.map((method) => ({
    method,
    id: `connect${c.prefix}${capital(method)}${c.scope}${r.kind}${capital(s.name)}${withPath ? 'WithPath' : ''}`,
    tag: c.tag,
    description: `connect ${method.toUpperCase()} requests to ${s.name} of ${r.kind}`,
    action: 'connect',
    kind: ownKind(s),
    parameters: [...options, ...where],
    consumes: ANY,
    produces: ANY,
    codes: [200],
    answers: undefined,
  }))
}
