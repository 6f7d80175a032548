import { parsingIntegers } from '../machinery/json-turns.ts'
import { inTurns, Slice } from '../machinery/slice.ts'
import type { KubeList, KubeObject } from '../machinery/types.ts'
import { queryString, resourcePath, type PathParts, type ResourceId } from './resource.ts'
import { createRest, type Rest, type RestOptions } from './rest.ts'
import type { Transport, TransportRequest, TransportResponse } from './transport.ts'
import { decodeWatch, type WatchEvent } from './watch-decoder.ts'

export interface CallOptions {
  signal?: AbortSignal
}

export interface NamespacedOptions extends CallOptions {
  /** Required for objects of a namespaced resource, except in `list`, `watch` and where the object itself carries it. */
  namespace?: string
}

export interface SelectOptions extends NamespacedOptions {
  labelSelector?: string
  fieldSelector?: string
  resourceVersion?: string
  resourceVersionMatch?: 'Exact' | 'NotOlderThan'
  timeoutSeconds?: number
  /** Only apiVersion, kind and metadata (`PartialObjectMetadata`). */
  metadataOnly?: boolean
}

export interface ListOptions extends SelectOptions {
  limit?: number
  continue?: string
}

export interface WatchOptions extends SelectOptions {
  allowWatchBookmarks?: boolean
  sendInitialEvents?: boolean
}

export interface WriteOptions extends NamespacedOptions {
  fieldManager?: string
  fieldValidation?: 'Ignore' | 'Warn' | 'Strict'
  dryRun?: boolean
}

export interface DeleteOptions extends NamespacedOptions {
  gracePeriodSeconds?: number
  propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  preconditions?: { uid?: string; resourceVersion?: string }
  dryRun?: boolean
}

export interface PatchOptions extends WriteOptions {
  subresource?: string
  /** Apply only: take fields over from other managers. */
  force?: boolean
}

/** A patch and how it is to be read. `apply` takes the bytes as they are (YAML or JSON). */
export type Patch =
  | { type: 'merge' | 'strategic'; body: Record<string, unknown> }
  | { type: 'json'; body: readonly JsonPatchOperation[] }
  | { type: 'apply'; body: Buffer }

export interface JsonPatchOperation {
  op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test'
  path: string
  from?: string
  value?: unknown
}

const PATCH_TYPES: Readonly<Record<Patch['type'], string>> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
}

/** Calls on one resource. Every failure that the server answered is a `StatusError`. */
export interface ResourceClient<T extends KubeObject = KubeObject> {
  readonly id: ResourceId
  get(name: string, options?: NamespacedOptions & { resourceVersion?: string; subresource?: string }): Promise<T>
  list(options?: ListOptions): Promise<KubeList<T>>
  /** Ends without an error when the server closes the stream; an ERROR event throws its Status. */
  watch(options?: WatchOptions): Promise<AsyncIterable<WatchEvent<T>>>
  create(obj: T, options?: WriteOptions): Promise<T>
  update(obj: T, options?: WriteOptions): Promise<T>
  updateStatus(obj: T, options?: WriteOptions): Promise<T>
  patch(name: string, patch: Patch, options?: PatchOptions): Promise<T>
  /** The object as it is while it waits for finalizers or grace, or the Status of the finished delete. */
  delete(name: string, options?: DeleteOptions): Promise<KubeObject>
  deleteCollection(options?: DeleteOptions & ListOptions): Promise<void>
  /** POST or PUT on a subresource: `binding`, `eviction`, `scale`, `finalize`, `token`. */
  subresource(method: 'POST' | 'PUT', name: string, subresource: string, body: KubeObject, options?: WriteOptions): Promise<KubeObject>
}

export interface Client {
  readonly rest: Rest
  resource<T extends KubeObject = KubeObject>(id: ResourceId): ResourceClient<T>
  /** Any path. Resolves with a 2xx answer; another status is a `StatusError`. */
  raw(req: TransportRequest): Promise<TransportResponse>
}

/** `userAgent` also names the field manager of writes that give none, up to its first slash. */
export function createClient(transport: Transport, options: RestOptions): Client {
  const rest = createRest(transport, options)
  // Loops ask for one with each call, by the same few ids.
  const known = new WeakMap<ResourceId, ResourceClient<KubeObject>>()
  return {
    rest,
    resource: <T extends KubeObject>(id: ResourceId) => {
      let resource = known.get(id)
      if (resource === undefined) known.set(id, (resource = createResourceClient(rest, id)))
      return resource as ResourceClient<T>
    },
    raw: (req) => rest.send(req),
  }
}

const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1'
const METADATA = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'

const withSignal = (options: CallOptions): { signal?: AbortSignal } => (options.signal === undefined ? {} : { signal: options.signal })

const jsonBody = (value: unknown, type = 'application/json'): { headers: Record<string, string>; body: Buffer } => ({
  headers: { 'content-type': type },
  body: Buffer.from(JSON.stringify(value)),
})

const writeQuery = (o: WriteOptions) => ({
  fieldManager: o.fieldManager,
  fieldValidation: o.fieldValidation,
  dryRun: o.dryRun === true ? 'All' : undefined,
})

const selectQuery = (o: ListOptions & WatchOptions) => ({
  labelSelector: o.labelSelector,
  fieldSelector: o.fieldSelector,
  resourceVersion: o.resourceVersion,
  resourceVersionMatch: o.resourceVersionMatch,
  timeoutSeconds: o.timeoutSeconds,
  limit: o.limit,
  continue: o.continue,
})

function deleteBody(o: DeleteOptions): Record<string, unknown> {
  const body: Record<string, unknown> = { kind: 'DeleteOptions', apiVersion: 'v1' }
  if (o.gracePeriodSeconds !== undefined) body.gracePeriodSeconds = o.gracePeriodSeconds
  if (o.propagationPolicy !== undefined) body.propagationPolicy = o.propagationPolicy
  if (o.preconditions !== undefined) body.preconditions = o.preconditions
  if (o.dryRun === true) body.dryRun = ['All']
  return body
}

function createResourceClient<T extends KubeObject>(rest: Rest, id: ResourceId): ResourceClient<T> {
  async function call<R>(
    method: string,
    parts: PathParts,
    query: Parameters<typeof queryString>[0],
    options: CallOptions,
    payload: { headers?: Record<string, string>; body?: Buffer } = {},
  ): Promise<R> {
    const path = resourcePath(id, parts) + queryString(query)
    const res = await rest.send({ method, path, ...withSignal(options), ...payload })
    return (await inTurns(parsingIntegers(res.body.toString('utf8')), new Slice())) as R
  }
  const write = (method: 'POST' | 'PUT', obj: KubeObject, o: WriteOptions, subresource?: string): Promise<T> => {
    const namespace = o.namespace ?? obj.metadata.namespace
    const name = method === 'PUT' ? obj.metadata.name : undefined
    return call<T>(method, { namespace, name, subresource }, writeQuery(o), o, jsonBody(obj))
  }

  return {
    id,
    get: (name, o = {}) =>
      call<T>('GET', { namespace: o.namespace, name, subresource: o.subresource }, { resourceVersion: o.resourceVersion }, o),
    list: async (o = {}) => {
      const list = await call<KubeList<T>>('GET', { namespace: o.namespace }, selectQuery(o), o, {
        ...(o.metadataOnly === true ? { headers: { accept: METADATA_LIST } } : {}),
      })
      list.items ??= []
      return list
    },
    watch: async (o = {}) => {
      const query = {
        ...selectQuery(o),
        watch: true,
        allowWatchBookmarks: o.allowWatchBookmarks,
        sendInitialEvents: o.sendInitialEvents,
      }
      const body = await rest.open({
        method: 'GET',
        path: resourcePath(id, { namespace: o.namespace }) + queryString(query),
        headers: { accept: o.metadataOnly === true ? METADATA : 'application/json' },
        objects: true,
        ...withSignal(o),
      })
      return decodeWatch<T>(body)
    },
    create: (obj, o = {}) => write('POST', obj, o),
    update: (obj, o = {}) => write('PUT', obj, o),
    updateStatus: (obj, o = {}) => write('PUT', obj, o, 'status'),
    patch: (name, patch, o = {}) => {
      const type = PATCH_TYPES[patch.type]
      const payload = patch.type === 'apply' ? { headers: { 'content-type': type }, body: patch.body } : jsonBody(patch.body, type)
      const query = { ...writeQuery(o), force: o.force }
      return call<T>('PATCH', { namespace: o.namespace, name, subresource: o.subresource }, query, o, payload)
    },
    delete: (name, o = {}) => call<KubeObject>('DELETE', { namespace: o.namespace, name }, {}, o, jsonBody(deleteBody(o))),
    deleteCollection: async (o = {}) => {
      await call('DELETE', { namespace: o.namespace }, selectQuery(o), o, jsonBody(deleteBody(o)))
    },
    subresource: (method, name, subresource, body, o = {}) =>
      call<KubeObject>(method, { namespace: o.namespace, name, subresource }, writeQuery(o), o, jsonBody(body)),
  }
}
