import { trimSpace } from '../../machinery/trim-space.ts'
import { defaultEvent, eventOf, validateEvent, validateEventUpdate, type Event } from '../../apis/core/v1/event.ts'
import { since } from '../../machinery/duration.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { eventsToCore } from '../../scheme/conversion/events.ts'
import { pathSegmentErrors } from '../../machinery/names.ts'
import type { BuiltInKind } from '../definition.ts'
import { finalizerNameErrors } from '../generic/metadata.ts'
import type { Strategy, TableDefinition } from '../generic/strategy.ts'
import { columns } from '../generic/table-columns.ts'

const EVENTS_GROUP = 'events.k8s.io'

const strategy: Strategy = {
  allowCreateOnUpdate: true,
  defaultGarbageCollectionPolicy: 'Unsupported',
  // The core group takes any name that fits into a path, and any finalizer; the newer group checks for itself.
  nameErrors: pathSegmentErrors,
  anyFinalizer: true,
  judgesMetadataLast: true,
  default: (obj) => defaultEvent(eventOf(obj)),
  validate: (obj, ctx) => [
    ...validateEvent(eventOf(obj), ctx.requestGroup),
    ...(ctx.requestGroup === EVENTS_GROUP ? finalizerNameErrors(obj.metadata) : []),
  ],
  validateUpdate: (obj, old, ctx) => validateEventUpdate(eventOf(obj), eventOf(old), ctx.requestGroup, finalizerNameErrors(obj.metadata)),
}

const target = ({ involvedObject: { kind = '', name = '' } = {} }: Event): string => kind.toLowerCase() + (name === '' ? '' : `/${name}`)

const source = ({ source: s = {}, reportingComponent, reportingInstance }: Event): string =>
  [s.component || reportingComponent || '', s.host || reportingInstance || ''].filter((t, i) => i === 0 || t !== '').join(', ')

export const eventTable: TableDefinition = {
  columns: columns('Last Seen|Type|Reason|Object|*Subobject|*Source|Message|*First Seen|*Count|*Name'),
  cells(o, now) {
    const e = eventOf(o.apiVersion === 'v1' ? o : (eventsToCore(o) as KubeObject))
    const first = since(e.firstTimestamp || e.eventTime, now)
    const last = e.series ? since(e.series.lastObservedTime, now) : e.lastTimestamp ? since(e.lastTimestamp, now) : first
    return [
      last,
      e.type ?? '',
      e.reason ?? '',
      target(e),
      e.involvedObject?.fieldPath ?? '',
      source(e),
      trimSpace(e.message ?? ''),
      first,
      (e.series ? e.series.count : e.count) || (e.series ? 0 : 1),
      e.metadata.name ?? '',
    ]
  },
}

/** Events live for so many seconds after their last change. */
export const events = (ttlSeconds: number): BuiltInKind => ({
  group: '',
  resource: 'events',
  strategy: { ...strategy, ttlSeconds: () => ttlSeconds },
  selectableFields: {
    'involvedObject.kind': (o) => eventOf(o).involvedObject?.kind ?? '',
    'involvedObject.namespace': (o) => eventOf(o).involvedObject?.namespace ?? '',
    'involvedObject.name': (o) => eventOf(o).involvedObject?.name ?? '',
    'involvedObject.uid': (o) => eventOf(o).involvedObject?.uid ?? '',
    'involvedObject.apiVersion': (o) => eventOf(o).involvedObject?.apiVersion ?? '',
    'involvedObject.resourceVersion': (o) => eventOf(o).involvedObject?.resourceVersion ?? '',
    'involvedObject.fieldPath': (o) => eventOf(o).involvedObject?.fieldPath ?? '',
    reason: (o) => eventOf(o).reason ?? '',
    reportingComponent: (o) => eventOf(o).reportingComponent ?? '',
    source: (o) => eventOf(o).source?.component || eventOf(o).reportingComponent || '',
    type: (o) => eventOf(o).type ?? '',
  },
  table: eventTable,
})
