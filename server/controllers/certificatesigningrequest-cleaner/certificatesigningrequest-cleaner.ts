import { X509Certificate } from 'node:crypto'
import { dropManagedFields } from '../../client/informer.ts'
import type { Condition } from '../../client/objects.ts'
import { CERTIFICATE_SIGNING_REQUESTS } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { Controller } from '../controller.ts'
import { periodically } from '../periodic.ts'

export interface CertificateSigningRequest extends KubeObject {
  status?: { conditions?: Condition[]; certificate?: string }
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Certificates that base64 PEM holds are long enough for more than one; the first counts. */
function hasExpired(certificate: string, now: number): boolean {
  try {
    return Date.parse(new X509Certificate(Buffer.from(certificate, 'base64')).validTo) < now
  } catch {
    return false
  }
}

/** Whether nobody needs the request any more: how long each state is kept. */
export function isOver({ metadata, status }: CertificateSigningRequest, now: number): boolean {
  const { conditions = [], certificate = '' } = status ?? {}
  const older = (time: string | null | undefined, ms: number): boolean => time != null && now - Date.parse(time) > ms
  if (conditions.length === 0) return older(metadata.creationTimestamp, DAY_MS)
  return conditions.some(({ type, lastUpdateTime }) => {
    if (type === 'Denied' || type === 'Failed') return older(lastUpdateTime, HOUR_MS)
    if (type !== 'Approved') return false
    if (certificate === '') return older(lastUpdateTime, DAY_MS)
    return older(lastUpdateTime, HOUR_MS) || hasExpired(certificate, now)
  })
}

/** Deletes certificate signing requests that have been answered, or that nobody answers. */
export const certificateSigningRequestCleanerController: Controller = {
  name: 'certificatesigningrequest-cleaner-controller',
  account: 'certificate-controller',
  async start(ctx) {
    const requests = ctx.informers.informer<CertificateSigningRequest>(CERTIFICATE_SIGNING_REQUESTS, { transform: dropManagedFields })
    await requests.synced()
    periodically(ctx, HOUR_MS, 'clean-up of certificate signing requests', async () => {
      for (const request of requests.lister.list()) {
        if (!isOver(request, ctx.clock.now())) continue
        const { name = '', uid } = request.metadata
        await ctx.client
          .resource(CERTIFICATE_SIGNING_REQUESTS)
          .delete(name, { preconditions: uid === undefined ? {} : { uid }, signal: ctx.signal })
          .catch((e: unknown) => {
            if (!isStatusError(e, 'NotFound') && !isStatusError(e, 'Conflict')) ctx.onError(e, `certificatesigningrequest ${name}`)
          })
      }
    })
  },
}
