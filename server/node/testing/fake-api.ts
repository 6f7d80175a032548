import type { Transport, TransportRequest, TransportResponse, TransportStream } from '../../client/transport.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { applyStrategic } from './strategic-merge.ts'

const KEYS = { conditions: 'type', podIPs: 'ip', hostIPs: 'ip', addresses: 'type' }
const KINDS: Readonly<Record<string, [apiVersion: string, kind: string]>> = {
  pods: ['v1', 'Pod'],
  nodes: ['v1', 'Node'],
  events: ['v1', 'Event'],
  leases: ['coordination.k8s.io/v1', 'Lease'],
}

interface Watcher {
  resource: string
  field: string
  push(type: string, object: KubeObject): void
}

/** The few calls that a node agent makes, answered from memory as an API server answers them. */
export class FakeApi implements Transport {
  readonly objects = new Map<string, KubeObject>()
  readonly requests: string[] = []
  /** While set, every request fails so. */
  failure: Error | undefined
  /** Answers TokenReviews and SubjectAccessReviews with their status. */
  review: (kind: string, spec: Record<string, unknown>) => Record<string, unknown> = () => ({})
  #version = 0
  readonly #watchers = new Set<Watcher>()

  async request(req: TransportRequest): Promise<TransportResponse> {
    if (this.failure !== undefined) throw this.failure
    const url = new URL(req.path, 'http://api')
    this.requests.push(`${req.method} ${url.pathname}`)
    const m = /^\/apis?\/(?:[^/]+\/)?v1\/(?:namespaces\/([^/]+)\/)?([a-z]+)(?:\/([^/]+))?(?:\/([a-z]+))?$/.exec(url.pathname)
    if (m === null) return this.#status(404, 'NotFound')
    const [, namespace, resource, name] = m as unknown as [string, string | undefined, string, string | undefined]
    const key = [resource, namespace, name].filter((x) => x !== undefined).join('/')
    const body = req.body === undefined ? undefined : (JSON.parse(req.body.toString()) as KubeObject)
    const there = this.objects.get(key)
    if (req.method === 'GET' && name === undefined) {
      const items = [...this.objects]
        .filter(([k, o]) => k.startsWith(`${resource}/`) && selected(o, url.searchParams.get('fieldSelector') ?? ''))
        .map(([, o]) => o)
      return this.#ok({ kind: 'List', metadata: { resourceVersion: String(this.#version) }, items })
    }
    if (req.method === 'POST' && resource.endsWith('reviews')) {
      return this.#ok({ ...body!, status: this.review(String(body!.kind), body!.spec as Record<string, unknown>) })
    }
    if (req.method === 'POST') {
      const id = `${key}/${body!.metadata.name}`
      if (this.objects.has(id)) return this.#status(409, 'AlreadyExists')
      const metadata = { ...body!.metadata, uid: `uid-${id}-${this.#version}`, creationTimestamp: '2026-01-01T00:00:00Z', generation: 1 }
      return this.#ok(this.put(id, { ...body!, metadata }))
    }
    if (there === undefined) return this.#status(404, 'NotFound')
    if (req.method === 'GET') return this.#ok(there)
    if (req.method === 'PUT') return this.#ok(this.put(key, body!))
    if (req.method === 'PATCH') {
      const uid = body!.metadata?.uid
      if (uid !== undefined && uid !== there.metadata.uid) return this.#status(409, 'Conflict')
      const { resourceVersion: _, ...metadata } = body!.metadata ?? {}
      return this.#ok(this.put(key, applyStrategic(there, { ...body!, metadata }, KEYS) as KubeObject))
    }
    if (req.method === 'DELETE') {
      const wanted = (body as { preconditions?: { uid?: string } } | undefined)?.preconditions?.uid
      if (wanted !== undefined && wanted !== there.metadata.uid) return this.#status(409, 'Conflict')
      this.remove(key)
      return this.#ok(there)
    }
    return this.#status(405, 'MethodNotAllowed')
  }

  /** Writes from outside: what a scheduler, a user or another controller would do. */
  put(key: string, object: KubeObject): KubeObject {
    const [apiVersion, kind] = KINDS[key.split('/')[0]!]!
    const stored = { apiVersion, kind, ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } }
    const type = this.objects.has(key) ? 'MODIFIED' : 'ADDED'
    this.objects.set(key, stored)
    this.#notify(key, type, stored)
    return stored
  }

  remove(key: string): void {
    const object = this.objects.get(key)!
    this.objects.delete(key)
    this.#notify(key, 'DELETED', { ...object, metadata: { ...object.metadata, resourceVersion: String(++this.#version) } })
  }

  #notify(key: string, type: string, object: KubeObject): void {
    for (const w of this.#watchers) if (key.startsWith(`${w.resource}/`) && selected(object, w.field)) w.push(type, object)
  }

  async stream(req: TransportRequest): Promise<TransportStream> {
    if (this.failure !== undefined) throw this.failure
    const url = new URL(req.path, 'http://api')
    const resource = url.pathname.split('/').at(-1)!
    const from = Number(url.searchParams.get('resourceVersion') ?? 0)
    const queue: Buffer[] = []
    let wake: () => void = () => undefined
    const push = (type: string, object: KubeObject): void => {
      queue.push(Buffer.from(`${JSON.stringify({ type, object })}\n`))
      wake()
    }
    const watcher: Watcher = { resource, field: url.searchParams.get('fieldSelector') ?? '', push }
    const initial = url.searchParams.get('sendInitialEvents') === 'true'
    for (const [key, o] of this.objects) {
      if (!key.startsWith(`${resource}/`) || !selected(o, watcher.field)) continue
      if (initial || Number(o.metadata.resourceVersion) > from) push('ADDED', o)
    }
    if (initial) {
      const [apiVersion, kind] = KINDS[resource]!
      const metadata = { resourceVersion: String(this.#version), annotations: { 'k8s.io/initial-events-end': 'true' } }
      push('BOOKMARK', { apiVersion, kind, metadata })
    }
    this.#watchers.add(watcher)
    const watchers = this.#watchers
    async function* body(): AsyncGenerator<Buffer> {
      try {
        while (req.signal?.aborted !== true) {
          const chunk = queue.shift()
          if (chunk !== undefined) yield chunk
          else {
            await new Promise<void>((resolve) => {
              wake = resolve
              req.signal?.addEventListener('abort', () => resolve(), { once: true })
            })
          }
        }
      } finally {
        watchers.delete(watcher)
      }
    }
    return { status: 200, headers: {}, body: body() }
  }

  async close(): Promise<void> {}

  #ok(value: unknown): TransportResponse {
    return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(value)) }
  }

  #status(code: number, reason: string): TransportResponse {
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, code, message: reason }
    return { status: code, headers: {}, body: Buffer.from(JSON.stringify(status)) }
  }
}

/** `spec.nodeName=x`, `spec.nodeName!=`, `metadata.name=x`. */
function selected(o: KubeObject, field: string): boolean {
  const m = /^(metadata\.name|spec\.nodeName)(!?=)(.*)$/.exec(field)
  if (m === null) return true
  const value = m[1] === 'metadata.name' ? o.metadata.name : ((o.spec as { nodeName?: string }).nodeName ?? '')
  return (value === m[3]) === (m[2] === '=')
}
