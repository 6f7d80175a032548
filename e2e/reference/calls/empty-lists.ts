import type { Json, ObjectCase } from './case.ts'
import { KINDS, type Kind } from './kinds.ts'

/** Lists that Go writes even when there is nothing in them: whoever sends one owns it, and it is stored as null. */
const of = (kind: Kind, name: string, object: Json, ...patches: Json[]): ObjectCase => ({
  name: `empty list, ${name}`,
  ...kind,
  object,
  patches: patches.map((patch) => ({ patch })),
})
const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'i' }] } }
const volumes = [{ name: 'v', projected: { sources: [] } }]
const projected = { ...template, spec: { ...template.spec, volumes } }
const selector = { matchLabels: { app: 'a' } }

export const emptyListCases: readonly ObjectCase[] = [
  of(KINDS.role, 'created', { rules: [] }),
  of(KINDS.role, 'null', { rules: null }),
  of(KINDS.role, 'patched in', {}, { metadata: { labels: { a: 'b' } } }, { rules: [] }),
  of(KINDS.role, 'filled', { rules: [] }, { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
  of(KINDS.role, 'emptied', { rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }, { rules: [] }),
  of(KINDS.clusterRole, 'aggregated', { rules: [], aggregationRule: { clusterRoleSelectors: [{}] } }),
  of(KINDS.limitRange, 'created', { spec: { limits: [] } }),
  of(KINDS.limitRange, 'not sent', { spec: {} }),
  // No other generation comes of it.
  of(KINDS.endpointSlice, 'sent again', { addressType: 'IPv4', endpoints: [], ports: [] }, { endpoints: [], ports: [] }),
  of(
    KINDS.daemonSet,
    'sent again in a template',
    { spec: { selector, template: projected } },
    { spec: { template: { spec: { volumes } } } },
  ),
  of(KINDS.csiNode, 'of a list of maps', { spec: { drivers: [] } }),
  of(KINDS.csiNode, 'in an item', { spec: { drivers: [{ name: 'd', nodeID: 'n', topologyKeys: [] }] } }, { spec: { drivers: [] } }),
  of(KINDS.podTemplate, 'in a volume', { template: projected }),
  of(KINDS.validatingWebhookConfiguration, 'with omitempty', { webhooks: [] }),
  of(KINDS.flowSchema, 'in what is optional', { spec: { priorityLevelConfiguration: { name: 'p' }, rules: [] } }),
]
