import { createHash } from 'node:crypto'
import type { OpenApiV2 } from '../registry/snapshot.ts'
import type { Address } from './resolve.ts'
import { ask, type Upstream } from './upstream.ts'

/** A resource in the form of APIResourceDiscovery (apidiscovery.k8s.io/v2). */
type Resource = Record<string, unknown>

const AGGREGATED =
  'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json'

interface GroupDiscovery {
  metadata?: { name?: string }
  versions?: { version: string; resources?: Resource[] }[]
}
interface ApiResource {
  name: string
  singularName?: string
  namespaced?: boolean
  kind?: string
  group?: string
  version?: string
  verbs?: string[]
  shortNames?: string[]
  categories?: string[]
}

/** What the server behind tells of the resources of a group-version, aggregated or by the older form (kube-aggregator `handler_discovery.go`). */
export async function resourcesOf(up: Upstream, address: Address, group: string, version: string): Promise<readonly Resource[]> {
  const whole = await ask(up, address, '/apis', { accept: AGGREGATED })
  if (whole.status === 200 && /as=APIGroupDiscoveryList/.test(String(whole.headers['content-type'] ?? ''))) {
    const { items } = JSON.parse(whole.body.toString()) as { items?: GroupDiscovery[] }
    const found = items?.find((g) => g.metadata?.name === group)?.versions?.find((v) => v.version === version)
    return (found?.resources ?? []).map(withKinds)
  }
  const path = `/apis/${group}/${version}`
  const one = await ask(up, address, path, { accept: 'application/json' })
  if (one.status !== 200) throw new Error(`failed to download legacy discovery for ${path}: ${one.status}`)
  return fromLegacy((JSON.parse(one.body.toString()) as { resources?: ApiResource[] }).resources ?? [])
}

/** Clients may rely on a kind where the server behind tells none. */
const withKinds = (r: Resource): Resource => ({
  ...r,
  responseKind: r.responseKind ?? NO_KIND,
  ...(Array.isArray(r.subresources)
    ? { subresources: (r.subresources as Resource[]).map((s) => ({ ...s, responseKind: s.responseKind ?? NO_KIND })) }
    : {}),
})
const NO_KIND = { group: '', version: '', kind: '' }

/** Where the server's OpenAPI v3 document of a group-version is (KEP-2896); undefined when it has none. */
export async function openApiOf(up: Upstream, address: Address, group: string, version: string): Promise<string | undefined> {
  const { status, body } = await ask(up, address, '/openapi/v3', { accept: 'application/json' })
  if (status !== 200) return undefined
  const { paths } = JSON.parse(body.toString()) as { paths?: Record<string, { serverRelativeURL?: string }> }
  return paths?.[`apis/${group}/${version}`]?.serverRelativeURL
}

/**
 * The OpenAPI v2 document, of all that the server has; undefined where it has none. That of before stays when it tells by its tag that
 * nothing has changed.
 */
export async function openApiV2Of(up: Upstream, address: Address, before: OpenApiV2 | undefined): Promise<OpenApiV2 | undefined> {
  const { status, headers, body } = await ask(up, address, '/openapi/v2', {
    accept: 'application/json',
    ...(before === undefined ? {} : { 'if-none-match': before.etag }),
  })
  if (status === 304) return before
  if (status !== 200) return undefined
  const own = headers['etag']
  const etag = typeof own === 'string' && own !== '' ? own : `"${createHash('sha256').update(body).digest('hex')}"`
  if (etag === before?.etag) return before
  const document = JSON.parse(body.toString()) as object
  return { etag, document: () => document }
}

/** APIResources, with subresources as entries of their own, in the newer form. */
export function fromLegacy(list: readonly ApiResource[]): Resource[] {
  const kindOf = (r: ApiResource): Resource => ({ group: r.group ?? '', version: r.version ?? '', kind: r.kind ?? '' })
  const found = new Map<string, Resource & { subresources?: Resource[] }>()
  for (const r of list) {
    if (r.name.includes('/')) continue
    found.set(r.name, {
      resource: r.name,
      responseKind: kindOf(r),
      scope: r.namespaced === true ? 'Namespaced' : 'Cluster',
      singularResource: r.singularName ?? '',
      verbs: r.verbs ?? [],
      ...(r.shortNames === undefined ? {} : { shortNames: r.shortNames }),
      ...(r.categories === undefined ? {} : { categories: r.categories }),
    })
  }
  for (const r of list) {
    const [name = '', subresource] = r.name.split('/', 2)
    const parent = found.get(name)
    if (subresource === undefined || parent === undefined) continue
    ;(parent.subresources ??= []).push({ subresource, responseKind: kindOf(r), verbs: r.verbs ?? [] })
  }
  return [...found.values()]
}
