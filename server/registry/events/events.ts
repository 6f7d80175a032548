import type { BuiltInKind } from '../definition.ts'

const REFERENCE_FIELDS = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath']

/**
 * Events as events.k8s.io serves them: stored as core Events, whose definition holds the rest. It has names of its own for their fields
 * (`pkg/apis/events/v1`, AddFieldLabelConversionsForEvent).
 */
export const eventsInEventsGroup: BuiltInKind = {
  group: 'events.k8s.io',
  resource: 'events',
  fieldLabels: {
    names: {
      reason: 'reason',
      type: 'type',
      reportingController: 'reportingComponent',
      ...Object.fromEntries(REFERENCE_FIELDS.map((f) => [`regarding.${f}`, `involvedObject.${f}`])),
    },
  },
  storage: { group: '', version: 'v1' },
}
