import { dropManagedFields } from '../../client/informer.ts'
import type { Pod } from '../../client/objects.ts'
import { CONFIG_MAPS, PODS, SECRETS, SERVICE_ACCOUNTS } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { Controller } from '../controller.ts'
import { periodically } from '../periodic.ts'
import { secretNames } from './secret-names.ts'

const DAY_MS = 24 * 3_600_000
const DEFAULT_PERIOD_MS = 365 * DAY_MS
const TRACKING = 'kube-apiserver-legacy-service-account-token-tracking'
const LAST_USED = 'kubernetes.io/legacy-token-last-used'
const INVALID_SINCE = 'kubernetes.io/legacy-token-invalid-since'
const NAME = 'kubernetes.io/service-account.name'
const UID = 'kubernetes.io/service-account.uid'

interface Secret extends KubeObject {
  type?: string
}
interface ServiceAccount extends KubeObject {
  secrets?: { name?: string }[]
}
interface ConfigMap extends KubeObject {
  data?: Record<string, string>
}

const dateOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
const isDate = (text: string | undefined): text is string =>
  text !== undefined && /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(`${text}T00:00:00Z`))

/**
 * Tokens in secrets that were made for service accounts of old and that nobody has used for a year are marked as invalid, and deleted a
 * year after that (KEP-2799). As long as the API server does not say since when it notes their use, none is touched.
 */
export const legacyServiceAccountTokenCleaner: Controller = {
  name: 'legacy-serviceaccount-token-cleaner-controller',
  account: 'legacy-service-account-token-cleaner',
  async start(ctx) {
    const { client, clock, signal } = ctx
    const period = ctx.options.legacyServiceAccountTokenCleanUpPeriodMs ?? DEFAULT_PERIOD_MS
    const transform = dropManagedFields
    const secrets = ctx.informers.informer<Secret>(SECRETS, { transform })
    const accounts = ctx.informers.informer<ServiceAccount>(SERVICE_ACCOUNTS, { transform })
    const pods = ctx.informers.informer<Pod>(PODS, { transform })
    await Promise.all([secrets.synced(), accounts.synced(), pods.synced()])

    /** When use has been noted for certain; undefined when it is not. */
    async function trackedSince(): Promise<number | undefined> {
      try {
        const { data } = await client.resource<ConfigMap>(CONFIG_MAPS).get(TRACKING, { namespace: 'kube-system', signal })
        const since = data?.since
        if (!isDate(since)) throw new Error('configMap does not have since label')
        return Date.parse(`${since}T00:00:00Z`) + DAY_MS
      } catch (e) {
        if (isStatusError(e, 'NotFound')) return undefined
        throw e
      }
    }

    /** Only one that its account names was made by itself. */
    const isGenerated = ({ metadata }: Secret): boolean => {
      const account = accounts.lister.get(metadata.annotations?.[NAME] ?? '', metadata.namespace)
      const uid = metadata.annotations?.[UID] ?? ''
      if (account === undefined || (uid !== '' && uid !== account.metadata.uid)) return false
      return account.secrets?.some((s) => s.name === metadata.name) === true
    }

    async function clean(secret: Secret, now: number): Promise<void> {
      const { name = '', namespace, uid, resourceVersion, labels } = secret.metadata
      const since = labels?.[INVALID_SINCE]
      const resource = client.resource<Secret>(SECRETS)
      if (!isDate(since)) {
        const body = { metadata: { uid, labels: { [INVALID_SINCE]: dateOf(now) } } }
        await resource.patch(name, { type: 'merge', body }, { namespace, signal })
      } else if (since < dateOf(now - period)) {
        await resource.delete(name, { namespace, preconditions: resourceVersion === undefined ? {} : { resourceVersion }, signal })
      }
    }

    periodically(ctx, DAY_MS, 'clean-up of legacy service account tokens', async () => {
      const now = clock.now()
      const tracked = await trackedSince()
      if (tracked === undefined || now < tracked + period) return
      const mounted = new Map<string, ReadonlySet<string>>()
      const mountedIn = (namespace: string): ReadonlySet<string> => {
        let names = mounted.get(namespace)
        if (names === undefined) mounted.set(namespace, (names = new Set(pods.lister.list(namespace).flatMap(secretNames))))
        return names
      }
      for (const secret of secrets.lister.list()) {
        const { name = '', namespace = '', creationTimestamp, deletionTimestamp, labels } = secret.metadata
        if (secret.type !== 'kubernetes.io/service-account-token' || deletionTimestamp != null) continue
        if (Date.parse(creationTimestamp ?? '') >= now - period) continue
        const used = labels?.[LAST_USED]
        if (used !== undefined && (!isDate(used) || used >= dateOf(now - period))) continue
        if (!isGenerated(secret) || mountedIn(namespace).has(name)) continue
        await clean(secret, now).catch((e: unknown) => {
          if (!isStatusError(e, 'NotFound') && !isStatusError(e, 'Conflict')) ctx.onError(e, `secret ${namespace}/${name}`)
        })
      }
    })
  },
}
