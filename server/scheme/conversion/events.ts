/** core/v1 Event and events.k8s.io/v1 Event: one object under two names for some of its fields. */
type Json = Record<string, unknown>

/** [core/v1, events.k8s.io/v1] */
const names: readonly (readonly [string, string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
]
const toEvents = new Map(names)
const toCore = new Map(names.map(([core, events]) => [events, core]))

const rename = (object: Json, map: ReadonlyMap<string, string>): Json =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [map.get(name) ?? name, value]))

export const coreToEvents = (event: Json): Json => rename(event, toEvents)
export const eventsToCore = (event: Json): Json => rename(event, toCore)
