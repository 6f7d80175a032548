import type { KubeObject } from '../../machinery/types.ts'
import { SECRETS, SERVICE_ACCOUNTS } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'

interface Secret extends KubeObject {
  data?: Record<string, string>
}
interface ServiceAccount extends KubeObject {
  secrets?: { name?: string }[]
}

const TYPE = 'kubernetes.io/service-account-token'
const NAME = 'kubernetes.io/service-account.name'
const UID = 'kubernetes.io/service-account.uid'

const keyOf = ({ metadata: { namespace = '', name = '' } }: KubeObject): string => `${namespace}/${name}`
const accountOf = ({ metadata }: Secret): string => metadata.annotations?.[NAME] ?? ''
const base64 = (text: string): string => Buffer.from(text).toString('base64')
const goneAnyway = (e: unknown): void => {
  if (!isStatusError(e, 'NotFound') && !isStatusError(e, 'Conflict')) throw e
}

/** Secrets that somebody made for a service account get a token of it, and go with it. */
export const serviceAccountTokenController: Controller = {
  name: 'serviceaccount-token-controller',
  account: '',
  async start(ctx) {
    const { rootCA = '', secretToken } = ctx.options
    if (secretToken === undefined) return
    const { signal } = ctx
    const queue = ctx.workQueue('serviceaccount_tokens_service')
    const client = { secrets: ctx.client.resource<Secret>(SECRETS), accounts: ctx.client.resource<ServiceAccount>(SERVICE_ACCOUNTS) }
    const secrets = ctx.informers.informer<Secret>(SECRETS, { select: { fieldSelector: `type=${TYPE}` } })
    const accounts = ctx.informers.informer<ServiceAccount>(SERVICE_ACCOUNTS)
    /** The account whose secret has gone, by the secret's key. */
    const left = new Map<string, string>()
    const look = (secret: Secret): void => queue.add(keyOf(secret))
    secrets.addHandler({
      added: look,
      updated: look,
      deleted(secret) {
        left.set(keyOf(secret), accountOf(secret))
        look(secret)
      },
    })
    accounts.addHandler({
      deleted({ metadata: { namespace, name } }) {
        for (const secret of secrets.lister.list()) if (secret.metadata.namespace === namespace && accountOf(secret) === name) look(secret)
      },
    })
    await Promise.all([secrets.synced(), accounts.synced()])

    /** The account that a secret is for: nobody loses a secret because a cache is behind. */
    const accountFor = async (secret: Secret): Promise<ServiceAccount | undefined> => {
      const { namespace = '', annotations } = secret.metadata
      const isIt = (a: ServiceAccount | undefined): boolean =>
        a !== undefined && (!annotations?.[UID] || annotations[UID] === a.metadata.uid)
      const cached = accounts.lister.get(accountOf(secret), namespace)
      if (isIt(cached)) return cached
      const live = await client.accounts.get(accountOf(secret), { namespace }).catch((e: unknown) => {
        if (!isStatusError(e, 'NotFound')) throw e
        return undefined
      })
      return isIt(live) ? live : undefined
    }
    const forget = async (namespace: string, name: string, account: string): Promise<void> => {
      const refersTo = (a: ServiceAccount | undefined): boolean => a?.secrets?.some((s) => s.name === name) === true
      if (!refersTo(accounts.lister.get(account, namespace))) return
      const live = await client.accounts.get(account, { namespace })
      if (!refersTo(live)) return
      await client.accounts.update({ ...live, secrets: live.secrets!.filter((s) => s.name !== name) }, { signal })
    }

    startWorkers({
      queue,
      workers: 5,
      signal,
      onError: unlessConflict(ctx, (key) => `token secret ${key}`),
      async sync(key) {
        const [namespace = '', name = ''] = key.split('/')
        const secret = secrets.lister.get(name, namespace)
        if (secret === undefined) {
          const account = left.get(key)
          if (account !== undefined) await forget(namespace, name, account).catch(goneAnyway)
          left.delete(key)
          return
        }
        const account = await accountFor(secret)
        const { uid: secretUid } = secret.metadata
        if (account === undefined) {
          const preconditions = secretUid === undefined ? {} : { uid: secretUid }
          await client.secrets.delete(name, { namespace, preconditions, signal }).catch(goneAnyway)
          return
        }
        const { data = {} } = secret
        const ca = base64(rootCA)
        if ((rootCA === '' || data['ca.crt'] === ca) && data.namespace && data.token) return
        const { name: accountName = '', uid = '' } = account.metadata
        const filled = {
          ...(rootCA === '' ? {} : { 'ca.crt': ca }),
          namespace: data.namespace || base64(namespace),
          token: data.token || base64(secretToken(namespace, { name: accountName, uid }, name)),
        }
        const annotations = { ...secret.metadata.annotations, [NAME]: accountName, [UID]: uid }
        await client.secrets
          .update({ ...secret, metadata: { ...secret.metadata, annotations }, data: { ...data, ...filled } }, { signal })
          .catch(goneAnyway)
      },
    })
  },
}
