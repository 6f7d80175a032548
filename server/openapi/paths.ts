import {
  capital,
  collectionOperations,
  connectOperations,
  type Context,
  JSON_ONLY,
  listOperation,
  METHODS,
  objectOperations,
  objectTypes,
  type Operation,
  type OperationOptions,
  subresourceOperations,
  watchOperation,
} from './operations.ts'
import { hoisted, inPath, type Parameter } from './parameters.ts'
import { META } from './schemas.ts'
import { mapped, type Steps } from './steps.ts'

/** Every path of the API with its operations. */

export interface Path {
  path: string
  operations: Operation[]
  /** Of all operations. */
  parameters: Parameter[]
}

/** `rbac.authorization.k8s.io` to `rbacAuthorization`. */
export function tagOf(group: string): string {
  if (group === '') return 'core'
  const [first = '', ...rest] = group.replace(/\.k8s\.io$/, '').split(/[^0-9A-Za-z]+/)
  return first + rest.map(capital).join('')
}

export function pathOf(path: string, operations: Operation[]): Path {
  const sorted = operations.sort((a, b) => METHODS.indexOf(a.method) - METHODS.indexOf(b.method))
  const { common, own } = hoisted(sorted.map((o) => o.parameters))
  return { path, operations: sorted.map((o, i) => ({ ...o, parameters: own[i] ?? [] })), parameters: common }
}

/** Paths of a group-version's resources, and of the list of them. */
export function* groupVersionPaths(options: OperationOptions, group: string, version: string): Steps<Path[]> {
  const base = group === '' ? `/api/${version}` : `/apis/${group}/${version}`
  const tag = `${tagOf(group)}_${version}`
  const prefix = capital(tagOf(group)) + capital(version)
  const resources = options.scheme.resources.filter((r) => r.group === group && r.version === version)
  const paths = yield* mapped(resources, (r) => {
    const within = r.namespaced ? [inPath('namespace', 'name of a namespace')] : []
    return resourcePaths({ ...options, base, r, tag, prefix, scope: r.namespaced ? 'Namespaced' : '', within })
  })
  const list = discoveryPath(
    `${base}/`,
    tag,
    `get${prefix}APIResources`,
    'get available resources',
    `${META}.APIResourceList`,
    objectTypes(options.cbor),
  )
  return [list, ...paths.flat()].sort((a, b) => (a.path < b.path ? -1 : 1))
}

/** What others ask of the issuer of service accounts' tokens; the answers have no type. */
const ISSUER: readonly [name: string, tag: string, id: string, description: string, media: string][] = [
  [
    '.well-known/openid-configuration',
    'WellKnown',
    'getServiceAccountIssuerOpenIDConfiguration',
    "get service account issuer OpenID configuration, also known as the 'OIDC discovery doc'",
    'application/json',
  ],
  [
    'openid/v1/jwks',
    'openid',
    'getServiceAccountIssuerOpenIDKeyset',
    'get service account issuer OpenID JSON Web Key Set (contains public token verification keys)',
    'application/jwk-set+json',
  ],
]

/** The documents of discovery itself, each in a document of its own: `api`, `apis`, `apis/apps`, `version`. */
export function discoveryPaths({ scheme, cbor }: OperationOptions, versionInfo: string): Map<string, Path> {
  const media = objectTypes(cbor)
  const paths = new Map([
    ['api', discoveryPath('/api/', 'core', 'getCoreAPIVersions', 'get available API versions', `${META}.APIVersions`, media)],
    ['apis', discoveryPath('/apis/', 'apis', 'getAPIVersions', 'get available API versions', `${META}.APIGroupList`, media)],
    ['version', discoveryPath('/version/', 'version', 'getCodeVersion', 'get the version of this server', versionInfo, JSON_ONLY)],
  ])
  for (const [name, tag, id, description, media] of ISSUER)
    paths.set(
      name,
      pathOf(`/${name}/`, [{ method: 'get', id, tag, description, parameters: [], produces: [media], codes: [200], answers: undefined }]),
    )
  for (const { name } of scheme.groups) {
    if (name === '') continue
    const id = `get${capital(tagOf(name))}APIGroup`
    paths.set(`apis/${name}`, discoveryPath(`/apis/${name}/`, tagOf(name), id, 'get information of a group', `${META}.APIGroup`, media))
  }
  return paths
}

function discoveryPath(path: string, tag: string, id: string, description: string, answers: string, media: readonly string[]): Path {
  return pathOf(path, [{ method: 'get', id, tag, description, parameters: [], consumes: media, produces: media, codes: [200], answers }])
}

function resourcePaths(c: Context): Path[] {
  const { r, base } = c
  const collection = `${base}${r.namespaced ? '/namespaces/{namespace}' : ''}/${r.resource}`
  const out: Path[] = []
  const add = (path: string, operations: Operation[]): void => {
    if (operations.length > 0) out.push(pathOf(path, operations))
  }
  add(collection, collectionOperations(c))
  add(`${collection}/{name}`, objectOperations(c))
  if (r.namespaced && r.verbs.includes('list')) add(`${base}/${r.resource}`, [listOperation(c, 'ForAllNamespaces')])
  if (r.verbs.includes('watch')) {
    const watched = collection.replace(base, `${base}/watch`)
    add(watched, [watchOperation(c, 'List', '')])
    add(`${watched}/{name}`, [watchOperation(c, '', '')])
    if (r.namespaced) add(`${base}/watch/${r.resource}`, [watchOperation(c, 'List', 'ForAllNamespaces')])
  }
  for (const s of r.subresources) {
    const path = `${collection}/{name}/${s.name}`
    if (!s.kind.endsWith('Options')) {
      add(path, subresourceOperations(c, s))
      continue
    }
    add(path, connectOperations(c, s, false))
    if (s.name === 'proxy') add(`${path}/{path}`, connectOperations(c, s, true))
  }
  return out
}
