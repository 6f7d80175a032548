import { capital, type Method, type Operation, withArticle } from './operations.ts'
import { DELETE_ONE, inPath, LIST, PATCH, PRETTY, query, WRITE, type Parameter } from './parameters.ts'
import { modelName, type CustomSource } from './custom-schemas.ts'
import { pathOf, tagOf, type Path } from './paths.ts'
import { META } from './schemas.ts'

const MEDIA = ['application/json', 'application/yaml']
const SCALE = 'io.k8s.api.autoscaling.v1.Scale'

interface Verb {
  readonly method: Method
  /** As operations are called. */
  readonly name: string
  readonly action: string
  readonly parameters: readonly Parameter[]
  readonly codes: Operation['codes']
  readonly body?: 'object' | 'patch' | 'options'
  readonly answers?: 'list' | 'status'
}

const LISTED: Verb = { method: 'get', name: 'list', action: 'list', parameters: LIST, codes: [200], answers: 'list' }
const COLLECTION: readonly Verb[] = [
  LISTED,
  { method: 'post', name: 'create', action: 'post', parameters: WRITE, codes: [200, 201, 202], body: 'object' },
  { method: 'delete', name: 'deletecollection', action: 'deletecollection', parameters: LIST, codes: [200], answers: 'status' },
]
const OBJECT: readonly Verb[] = [
  { method: 'get', name: 'read', action: 'get', parameters: [query('resourceVersion')], codes: [200] },
  { method: 'put', name: 'replace', action: 'put', parameters: WRITE, codes: [200, 201], body: 'object' },
  { method: 'delete', name: 'delete', action: 'delete', parameters: DELETE_ONE, codes: [200, 202], body: 'options', answers: 'status' },
  { method: 'patch', name: 'patch', action: 'patch', parameters: PATCH, codes: [200], body: 'patch' },
]
const SUBRESOURCE = OBJECT.filter((v) => v.name !== 'delete')

/** The paths of a custom resource, which the reference documents by rules of its own (apiextensions-apiserver `controller/openapi/builder`). */
export function customPaths(of: CustomSource, patchTypes: readonly string[]): Path[] {
  const { group, version, resource, kind, namespaced, subresources } = of
  const base = `/apis/${group}/${version}`
  const collection = `${base}${namespaced ? '/namespaces/{namespace}' : ''}/${resource}`
  const within = namespaced ? [inPath('namespace', 'name of a namespace')] : []
  const named = [{ ...inPath('name', `name of the ${kind}`), key: '' }, ...within]
  const make = (verbs: readonly Verb[], where: readonly Parameter[], subresource = '', all = ''): Operation[] =>
    verbs.map((verb) => operation(of, verb, where, { subresource, all, patchTypes }))
  return [
    pathOf(collection, make(COLLECTION, within)),
    pathOf(`${collection}/{name}`, make(OBJECT, named)),
    ...subresources.map((name) => pathOf(`${collection}/{name}/${name}`, make(SUBRESOURCE, named, name))),
    ...(namespaced ? [pathOf(`${base}/${resource}`, make([LISTED], [], '', 'ForAllNamespaces'))] : []),
  ]
}

function operation(
  of: CustomSource,
  verb: Verb,
  where: readonly Parameter[],
  { subresource, all, patchTypes }: { subresource: string; all: string; patchTypes: readonly string[] },
): Operation {
  const { group, version, kind, listKind, namespaced } = of
  const prefix = `${capital(tagOf(group))}${capital(version)}`
  const scope = namespaced && all === '' ? 'Namespaced' : ''
  const [method, between] = verb.name === 'deletecollection' ? ['delete', 'Collection'] : [verb.name, '']
  const object = subresource === 'scale' ? SCALE : modelName(of, kind)
  const body = { object, patch: `${META}.Patch`, options: `${META}.DeleteOptions` }
  return {
    method: verb.method,
    id: `${method}${prefix}${between}${scope}${kind}${capital(subresource)}${all}`,
    tag: `${tagOf(group)}_${version}`,
    description: describe(verb.name, kind, subresource),
    action: verb.action,
    kind: { group, version, kind },
    parameters: [...verb.parameters, PRETTY, ...where],
    ...(verb.body === undefined ? {} : { body: { type: body[verb.body], required: verb.body !== 'options' } }),
    consumes: verb.body === 'patch' ? patchTypes : MEDIA,
    produces: MEDIA,
    codes: verb.codes,
    answers: verb.answers === 'list' ? modelName(of, listKind) : verb.answers === 'status' ? `${META}.Status` : object,
  }
}

function describe(verb: string, kind: string, subresource: string): string {
  const part = subresource === '' ? '' : ` ${subresource} of`
  switch (verb) {
    case 'list':
      return `list objects of kind ${kind}`
    case 'create':
    case 'delete':
      return `${verb} ${withArticle(kind)}`
    case 'deletecollection':
      return `delete collection of ${kind}`
    default:
      return `${verb === 'patch' ? 'partially update' : verb}${part} the specified ${kind}`
  }
}
