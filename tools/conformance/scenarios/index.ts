import type { Scenario } from '../session.ts'
import { authorization } from './authorization.ts'
import { customResources } from './custom-resources.ts'
import { deletes } from './deletes.ts'
import { discovery } from './discovery.ts'
import { http } from './http.ts'
import { limits } from './limits.ts'
import { options } from './options.ts'
import { patches } from './patches.ts'
import { nodeRestriction } from './node-restriction.ts'
import { podSecurity } from './pod-security.ts'
import { quotas } from './quotas.ts'
import { resources } from './resources.ts'
import { watches } from './watches.ts'
import { webhooks } from './webhooks.ts'

/** In the order in which they are played. */
export const parts: Readonly<Record<string, readonly Scenario[]>> = {
  discovery,
  http,
  options,
  patches,
  watches,
  deletes,
  'custom resources': customResources,
  authorization,
  'pod security': podSecurity,
  limits,
  quotas,
  webhooks,
  'node restriction': nodeRestriction,
  resources,
}
