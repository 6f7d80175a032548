import type { BuiltInKind } from '../definition.ts'

/** Events as events.k8s.io serves them: stored as core Events, whose definition holds the rest. */
export const eventsInEventsGroup: BuiltInKind = {
  group: 'events.k8s.io',
  resource: 'events',
  storage: { group: '', version: 'v1' },
}
