import type { Namespace } from '../../client/objects.ts'
import { dropManagedFields } from '../../client/informer.ts'
import { NAMESPACES, SERVICE_ACCOUNTS } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import { startWorkers } from '../../machinery/workers.ts'
import type { Controller } from '../controller.ts'
import { isTerminating } from '../namespace/terminating.ts'

const NAME = 'default'

/** Every namespace has a service account called default; pods that name none run as it. */
export const serviceAccountController: Controller = {
  name: 'serviceaccount-controller',
  account: 'service-account-controller',
  async start(ctx) {
    const queue = ctx.workQueue('serviceaccount')
    const namespaces = ctx.informers.informer<Namespace>(NAMESPACES)
    const accounts = ctx.informers.informer(SERVICE_ACCOUNTS, {
      select: { fieldSelector: `metadata.name=${NAME}` },
      transform: dropManagedFields,
    })
    const look = (ns: Namespace): void => queue.add(ns.metadata.name ?? '')
    namespaces.addHandler({ added: look, updated: look })
    accounts.addHandler({ deleted: (sa) => queue.add(sa.metadata.namespace ?? '') })
    await Promise.all([namespaces.synced(), accounts.synced()])
    startWorkers({
      queue,
      workers: 5,
      signal: ctx.signal,
      onError: (e, key) => ctx.onError(e, `default service account of ${key}`),
      async sync(namespace) {
        const ns = namespaces.lister.get(namespace)
        if (ns === undefined || ns.metadata.deletionTimestamp != null) return
        if (accounts.lister.get(NAME, namespace) !== undefined) return
        const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace } }
        await ctx.client
          .resource(SERVICE_ACCOUNTS)
          .create(account, { signal: ctx.signal })
          .catch((e: unknown) => {
            if (!isStatusError(e, 'AlreadyExists') && !isTerminating(e)) throw e
          })
      },
    })
  },
}
