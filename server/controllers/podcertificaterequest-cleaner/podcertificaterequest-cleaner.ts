import { dropManagedFields } from '../../client/informer.ts'
import { POD_CERTIFICATE_REQUESTS } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { Controller } from '../controller.ts'
import { periodically } from '../periodic.ts'

/** All that a kubelet does with one takes less. */
const KEPT_MS = 15 * 60_000
const PERIOD_MS = 5 * 60_000

/** Deletes pod certificate requests when they are old, whatever came of them. */
export const podCertificateRequestCleanerController: Controller = {
  name: 'podcertificaterequest-cleaner-controller',
  gate: 'PodCertificateRequest',
  account: 'podcertificaterequestcleaner',
  async start(ctx) {
    const requests = ctx.informers.informer(POD_CERTIFICATE_REQUESTS, { transform: dropManagedFields })
    await requests.synced()
    periodically(ctx, PERIOD_MS, 'clean-up of pod certificate requests', async () => {
      for (const { metadata } of requests.lister.list()) {
        const { name = '', namespace, uid, creationTimestamp } = metadata
        if (!(ctx.clock.now() - Date.parse(creationTimestamp ?? '') >= KEPT_MS)) continue
        await ctx.client
          .resource(POD_CERTIFICATE_REQUESTS)
          .delete(name, { namespace, preconditions: uid === undefined ? {} : { uid }, signal: ctx.signal })
          .catch((e: unknown) => {
            if (!isStatusError(e, 'NotFound') && !isStatusError(e, 'Conflict')) ctx.onError(e, `podcertificaterequest ${namespace}/${name}`)
          })
      }
    })
  },
}
