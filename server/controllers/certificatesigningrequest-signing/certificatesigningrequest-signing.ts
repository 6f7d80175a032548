import { X509Certificate } from 'node:crypto'
import type { Condition } from '../../client/objects.ts'
import { CERTIFICATE_SIGNING_REQUESTS } from '../../client/resource.ts'
import { formatTime } from '../../machinery/clock.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { WorkQueue } from '../../machinery/work-queue.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { signedName } from '../../machinery/x509/name.ts'
import { parseCertificateRequest, type CertificationRequest } from '../../machinery/x509/certification-request.ts'
import { signFor, type Authority } from '../../serving/x509.ts'
import { unlessConflict, type Controller, type ControllerContext } from '../controller.ts'
import { signers } from './signers.ts'

export interface SigningRequest extends KubeObject {
  spec: {
    request?: string
    signerName?: string
    usages?: string[]
    username?: string
    uid?: string
    groups?: string[]
    extra?: Record<string, string[]>
    expirationSeconds?: number
  }
  status?: { conditions?: Condition[]; certificate?: string }
}

/** kube-controller-manager's --cluster-signing-duration. */
const LONGEST_MS = 365 * 86_400_000
const SHORTEST_MS = 600_000
/** Clocks may be late by so much. What is good for less than `SHORT_MS` does not end earlier for it. */
const BACKDATE_MS = 300_000
const SHORT_MS = 8 * 3_600_000

/** Slow tries: what fails here mostly fails again. */
export const requestQueue = (ctx: Pick<ControllerContext, 'workQueue'>): WorkQueue => ctx.workQueue('certificate', { baseDelayMs: 200 })

export const readRequest = ({ spec }: SigningRequest): CertificationRequest =>
  parseCertificateRequest(Buffer.from(spec.request ?? '', 'base64').toString('latin1'))

export const isTrue = (request: SigningRequest, type: string): boolean =>
  request.status?.conditions?.some((c) => c.type === type && c.status === 'True') === true

/** From when until when a certificate is good. Throws when the CA is at its end. */
export function validity(now: number, seconds: number | undefined, caEnds: number): { from: number; until: number } {
  const ms = seconds === undefined ? LONGEST_MS : Math.min(LONGEST_MS, Math.max(SHORTEST_MS, seconds * 1000))
  if (now >= caEnds) throw new Error(`refusing to sign a certificate that expired in the past: NotAfter=${formatTime(caEnds)}`)
  return { from: now - BACKDATE_MS, until: Math.min(now + ms - (ms < SHORT_MS ? 0 : BACKDATE_MS), caEnds) }
}

/** The certificate as `status.certificate` has it. */
function sign(ca: Authority, asked: CertificationRequest, { spec }: SigningRequest, now: number): string {
  if (asked.signatureFault !== undefined) throw new Error('unable to verify certificate request signature')
  const { from, until } = validity(now, spec.expirationSeconds, new X509Certificate(ca.cert).validToDate.getTime())
  const {
    name,
    publicKey: { key: publicKey },
    names,
  } = asked
  return Buffer.from(signFor(ca, { subject: signedName(name), publicKey, names, usages: spec.usages ?? [], from, until })).toString(
    'base64',
  )
}

/** Signs approved requests to the signers of kubernetes.io with the cluster's CA. */
export const certificateSigningRequestSigningController: Controller = {
  name: 'certificatesigningrequest-signing-controller',
  account: 'certificate-controller',
  async start(ctx) {
    const { signingCA: ca } = ctx.options
    if (ca === undefined) return
    const queue = requestQueue(ctx)
    const requests = ctx.informers.informer<SigningRequest>(CERTIFICATE_SIGNING_REQUESTS)
    const look = (r: SigningRequest): void => queue.add(r.metadata.name ?? '')
    requests.addHandler({ added: look, updated: look })
    await requests.synced()
    startWorkers({
      queue,
      workers: 5,
      signal: ctx.signal,
      onError: unlessConflict(ctx, (key) => `certificatesigningrequest ${key}`),
      async sync(name) {
        const request = requests.lister.get(name)
        if (request === undefined || (request.status?.certificate ?? '') !== '') return
        if (!isTrue(request, 'Approved') || isTrue(request, 'Failed')) return
        const refuses = signers[request.spec.signerName ?? '']
        if (refuses === undefined) return
        const asked = readRequest(request)
        const message = refuses(asked, request.spec.usages ?? [])
        const now = ctx.clock.now()
        const failed = { type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message, lastUpdateTime: formatTime(now) }
        const status =
          message === undefined
            ? { ...request.status, certificate: sign(ca, asked, request, now) }
            : { ...request.status, conditions: [...(request.status?.conditions ?? []), failed] }
        await ctx.client.resource(CERTIFICATE_SIGNING_REQUESTS).updateStatus({ ...request, status } as KubeObject, { signal: ctx.signal })
      },
    })
  },
}
