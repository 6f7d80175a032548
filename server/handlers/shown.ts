import type { RequestContext } from '../request/context.ts'
import { notAcceptable } from '../machinery/status.ts'
import { apiVersionOf, parseApiVersion, type KubeObject } from '../machinery/types.ts'
import type { ServedResource, Subresource } from '../registry/generic/resource.ts'
import type { TableDefinition } from '../registry/generic/strategy.ts'
import { representationOf, respondObject } from './respond.ts'
import { goType } from './encoders/go-type.ts'
import { columnsOf, includeObjectOf, type IncludeObject } from './table.ts'

/** An object that is not stored and yet has columns, a Scale for one, as a Table, as its metadata alone, or as itself. */
interface Shown {
  /** Absent: it has no columns. */
  readonly table?: TableDefinition | undefined
  readonly status?: number
  /** Whether it has that form here. */
  readonly protobuf?: boolean
}

interface Row {
  readonly include: IncludeObject
  readonly apiVersion: string
  readonly now: number
}

function rowOf(table: TableDefinition, object: KubeObject, { include, apiVersion, now }: Row): unknown {
  const partial = { kind: 'PartialObjectMetadata', apiVersion, metadata: object.metadata }
  return { cells: table.cells(object, now), object: include === 'None' ? null : include === 'Object' ? object : partial }
}

/** @param version what list it is of: a list's resourceVersion, or an object's own */
export function tableOf(ctx: RequestContext, table: TableDefinition, items: readonly KubeObject[], version?: string): object {
  const apiVersion = apiVersionOf('meta.k8s.io', representationOf(ctx).version ?? 'v1')
  const include = includeObjectOf(ctx.requestInfo.query.get('includeObject'))
  return {
    kind: 'Table',
    apiVersion,
    metadata: version === undefined ? {} : { resourceVersion: version },
    columnDefinitions: columnsOf(table),
    rows: items.map((object) => rowOf(table, object, { include, apiVersion, now: ctx.clock.now() })),
  }
}

/** Throws 406 for the form of a list, which one object does not have. */
export function respondShown(ctx: RequestContext, object: KubeObject, { table, status = 200, protobuf = true }: Shown): void {
  const { as, version } = representationOf(ctx, object.kind === 'Status' || table !== undefined || 'metadata', protobuf)
  if (as === undefined || object.kind === 'Status') return respondObject(ctx, object, status, protobuf)
  if (as === 'Table') return respondObject(ctx, tableOf(ctx, table!, [object], object.metadata.resourceVersion), status, protobuf, true)
  if (as !== 'PartialObjectMetadata')
    throw notAcceptable(
      `you requested ${as}, but the requested object is not a list (${goType(parseApiVersion(object.apiVersion!)!.group, object.kind!)})`,
    )
  const partial = { kind: as, apiVersion: apiVersionOf('meta.k8s.io', version ?? 'v1'), metadata: object.metadata }
  respondObject(ctx, partial, status, protobuf, true)
}

interface ShownList {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly table?: TableDefinition | undefined
}

/** The same of a list of objects that are not stored. Throws 406 for the form of one object. */
export function respondShownList(ctx: RequestContext, items: readonly KubeObject[], { group, version, kind, table }: ShownList): void {
  const { as, version: metaVersion } = representationOf(ctx, true)
  if (as === 'Table' && table !== undefined) return respondObject(ctx, tableOf(ctx, table, items), 200, true, true)
  if (as === 'PartialObjectMetadataList') {
    const apiVersion = apiVersionOf('meta.k8s.io', metaVersion ?? 'v1')
    const partial = items.map(({ metadata }) => ({ kind: 'PartialObjectMetadata', apiVersion, metadata }))
    return respondObject(ctx, { kind: as, apiVersion, metadata: {}, items: partial.length === 0 ? null : partial }, 200, true, true)
  }
  if (as === 'PartialObjectMetadata')
    throw notAcceptable(
      `you requested ${as}, but the requested object is a list (*${group === '' ? 'core' : group.split('.')[0]}.${kind}List)`,
    )
  const bare = items.map(({ kind: _k, apiVersion: _a, ...rest }) => rest)
  respondObject(ctx, { kind: `${kind}List`, apiVersion: apiVersionOf(group, version), metadata: {}, items: bare })
}

export type ObjectSubresource = Extract<Subresource, { form: 'object' }>

/** What a subresource answers that is no stored object. What a custom resource answers has no protobuf form, not even a Scale. */
export function respondSubresource(
  ctx: RequestContext,
  served: ServedResource,
  { table }: ObjectSubresource,
  object: KubeObject,
  status = 200,
): void {
  respondShown(ctx, object, { table, status, protobuf: served.schema.facts !== undefined })
}

/** What has no columns cannot be asked for as a Table alone, whatever comes of the request. @throws StatusError 406 */
export function refuseTable(ctx: RequestContext, table: TableDefinition | undefined): void {
  if (table === undefined) representationOf(ctx, 'metadata')
}
