import type { ServiceAccountTokens } from '../authn/service-account.ts'
import { discovery } from '../discovery/handler.ts'
import { versionInfo } from '../discovery/version.ts'
import type { Handler, RequestContext } from '../request/context.ts'
import { health, type HealthCheck, healthPaths } from '../handlers/health.ts'
import { HealthMetrics } from '../handlers/health-metrics.ts'
import type { ListMetrics } from '../handlers/list-metrics.ts'
import { metrics } from '../handlers/metrics.ts'
import type { WatchMetrics } from '../handlers/watch-metrics.ts'
import { OPENID_PATHS, openId } from '../handlers/openid.ts'
import { customPatchTypes, patchTypes } from '../handlers/patch.ts'
import { zPages } from '../handlers/z-pages.ts'
import { profiles } from '../handlers/profiles.ts'
import { respondDocument } from '../handlers/respond.ts'
import { router } from '../handlers/router.ts'
import type { Clock } from '../machinery/clock.ts'
import { once } from '../machinery/once.ts'
import { createMetrics, type MetricSources, scrapeOf } from './metrics.ts'
import type { CustomSource } from '../openapi/custom-schemas.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import type { Registry } from '../registry/registry.ts'
import { byPriority } from '../registry/groups.ts'
import { scheme } from '../scheme/index.ts'

export interface HandlerOptions {
  readonly clock: Clock
  /** Flags of this server and their values, for `/flagz`. */
  readonly flags: Readonly<Record<string, string>>
  readonly metrics: MetricSources
  /** As they are at the time of a question. */
  checks(): readonly HealthCheck[]
  /** host:port under which others reach this server. */
  readonly address: string
  readonly tokens: ServiceAccountTokens | undefined
  /** Where others find the keys of service account tokens, when that is not this server. */
  readonly jwksUri: string | undefined
  readonly minRequestTimeoutSeconds: number
  readonly watches: WatchMetrics
  readonly lists: ListMetrics
  /** The removed `/api/v1/proxy/…` paths. */
  readonly legacyProxy: Handler
  /** Documents say that CBOR is spoken. */
  readonly cbor: boolean
  /** Profiles of this process are there to be taken. */
  readonly profiling: boolean
  /** Of `/flagz` and `/statusz`, those that are not there. */
  readonly withoutPages: readonly string[]
  /** Discovery has no hashes of stored versions, but of custom resources. */
  readonly withoutHashes: boolean
  /** OpenAPI documents do not list the values of fields, but those of custom resources. */
  readonly withoutEnums: boolean
}

type Served = (ctx: RequestContext) => boolean | Promise<boolean>

/** Answers whatever has come through the filters: objects, and the paths beside them. */
export function apiHandler(o: HandlerOptions): Handler {
  const { registry } = o.metrics
  const { tokens, jwksUri = `https://${o.address}/openid/v1/jwks` } = o
  const isThere = (path: string): boolean => !o.withoutPages.includes(path)
  const extraPaths = (): string[] => [
    ...(tokens === undefined ? [] : OPENID_PATHS),
    ...['/flagz', '/metrics', '/metrics/slis', '/openapi/v2', '/openapi/v3', '/openapi/v3/', '/statusz'].filter(isThere),
    ...healthPaths(o.checks()),
  ]
  const documents = discovery({
    registry,
    typeOf: scheme.typeOf,
    serverAddress: o.address,
    extraPaths,
    respond: respondDocument,
    hashes: !o.withoutHashes,
  })
  const scrape = once(() => createMetrics(o.metrics))
  const checked = new HealthMetrics()
  const slis = once(() => scrapeOf(checked.sources()))
  const besides: readonly Served[] = [
    documents,
    openId(() => (tokens === undefined ? undefined : { issuer: tokens.issuer, jwksUri, keys: tokens.publicKeys })),
    lazyOpenApi(o.clock, registry, o),
    health(o.checks, (check, endpoint, ok) => checked.observe(check, endpoint, ok)),
    metrics('/metrics', async () => (await scrape())()),
    metrics('/metrics/slis', async () => (await slis())()),
    ...(o.profiling ? [profiles(o.clock)] : []),
    zPages({
      ...{ clock: o.clock, startedMs: performance.timeOrigin, without: o.withoutPages },
      ...{ flags: () => o.flags, paths: () => ['/version', ...extraPaths()] },
    }),
  ]
  return router({
    api: () => registry.snapshot,
    limits: { minRequestTimeoutSeconds: o.minRequestTimeoutSeconds, metrics: o.watches },
    lists: o.lists,
    nonResource: async (ctx) => {
      for (const serve of besides) if (await serve(ctx)) return true
      return false
    },
    legacyProxy: o.legacyProxy,
  })
}

/** Loaded when it is first asked for: no start needs it. */
function lazyOpenApi(clock: Clock, registry: Registry, { cbor, withoutEnums }: HandlerOptions): Served {
  const loaded = once(async (): Promise<Served> => {
    const { openApi, readDescriptions } = await import('../openapi/handler.ts')
    return openApi({
      ...{
        scheme: { ...scheme, ...registry.builtIn },
        clock,
        version: `${versionInfo.major}.${versionInfo.minor}`,
        descriptions: readDescriptions,
      },
      // The reference's documents do not say that custom resources are applied in CBOR.
      ...{ patchTypes: patchTypes(cbor), customPatchTypes: customPatchTypes(false), cbor, withoutEnums },
      returnsDeletedObject: (r) => registry.resource(r.group, r.version, r.resource)?.store.resource.strategy.returnDeletedObject === true,
      foreign: () =>
        new Map(
          registry.snapshot.delegates.flatMap(({ group, version, openApi: address, forward }) =>
            address === undefined ? [] : [[`apis/${group}/${version}`, { address, forward }] as const],
          ),
        ),
      foreignV2: () =>
        byPriority(registry.snapshot.delegates).flatMap(({ group, version, openApiV2: own }) =>
          own === undefined ? [] : [{ name: `apis/${group}/${version}`, ...own }],
        ),
      custom: () => ({ generation: registry.snapshot.generation, sources: registry.snapshot.served.flatMap(customSource) }),
    })
  })
  return async (ctx) => {
    if (!ctx.exchange.path.startsWith('/openapi/')) return false
    return (await loaded())(ctx)
  }
}

function customSource({ facts, schema: { openApi }, listKind, store }: ServedResource): CustomSource[] {
  if (openApi === undefined) return []
  const { group, version, resource, kind, namespaced, subresources } = facts
  const selectableFields = Object.keys(store.resource.selectableFields)
  return [
    {
      ...{ group, version, resource, kind, namespaced, listKind, selectableFields },
      ...openApi,
      subresources: subresources.map((s) => s.name),
    },
  ]
}
