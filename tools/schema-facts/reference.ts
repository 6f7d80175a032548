/** Asks a running kube-apiserver for its discovery and OpenAPI documents. */
import { request } from 'node:https'

export interface Reference {
  server: string
  token: string
  insecure: boolean
}

export interface Schema {
  type?: string
  format?: string
  properties?: Record<string, Schema>
  required?: string[]
  default?: unknown
  enum?: string[]
  items?: Schema
  additionalProperties?: Schema
  [extension: `x-kubernetes-${string}`]: unknown
}

export interface DiscoveryResource {
  name: string
  singularName: string
  namespaced: boolean
  group?: string
  version?: string
  kind: string
  verbs: string[]
  shortNames?: string[]
  categories?: string[]
  storageVersionHash?: string
}

export interface Documents {
  groups: { name: string; versions: string[] }[]
  /** By `group/version`, `v1` for the core. */
  resources: Map<string, DiscoveryResource[]>
  schemas: Map<string, Schema>
}

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

/** The body of a GET; throws with status and path when it is not a 200. */
export function get(ref: Reference, path: string, accept = 'application/json'): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${ref.token}`, accept }
    const call = request(new URL(path, ref.server), { headers, rejectUnauthorized: !ref.insecure }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(Buffer.concat(chunks))
        else reject(new Error(`GET ${path}: ${answer.statusCode}`))
      })
    })
    call.on('error', reject)
    call.end()
  })
}

const json = async <T>(ref: Reference, path: string, accept?: string): Promise<T> =>
  JSON.parse((await get(ref, path, accept)).toString()) as T

interface GroupList {
  items: { metadata: { name?: string }; versions: { version: string }[] }[]
}

export async function readDocuments(ref: Reference): Promise<Documents> {
  const groups: Documents['groups'] = []
  for (const root of ['/api', '/apis']) {
    for (const item of (await json<GroupList>(ref, root, aggregated)).items)
      groups.push({ name: item.metadata.name ?? '', versions: item.versions.map((v) => v.version) })
  }
  const resources: Documents['resources'] = new Map()
  const schemas: Documents['schemas'] = new Map()
  const readSchemas = async (path: string): Promise<void> => {
    const openapi = await json<{ components: { schemas: Record<string, Schema> } }>(ref, `/openapi/v3/${path}`)
    for (const [type, schema] of Object.entries(openapi.components.schemas)) schemas.set(type, schema)
  }
  // The kinds of discovery itself.
  for (const path of ['api', 'apis']) await readSchemas(path)
  for (const { name, versions } of groups) {
    for (const version of versions) {
      const path = name === '' ? `api/${version}` : `apis/${name}/${version}`
      const list = await json<{ resources: DiscoveryResource[] }>(ref, `/${path}`)
      resources.set(name === '' ? version : `${name}/${version}`, list.resources)
      await readSchemas(path)
    }
  }
  return { groups, resources, schemas }
}
