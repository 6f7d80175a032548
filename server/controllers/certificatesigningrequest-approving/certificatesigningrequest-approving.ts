import { CERTIFICATE_SIGNING_REQUESTS, SUBJECT_ACCESS_REVIEWS } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { startWorkers } from '../../machinery/workers.ts'
import {
  isTrue,
  readRequest,
  requestQueue,
  type SigningRequest,
} from '../certificatesigningrequest-signing/certificatesigningrequest-signing.ts'
import { KUBELET_CLIENT, signers } from '../certificatesigningrequest-signing/signers.ts'
import { unlessConflict, type Controller } from '../controller.ts'

interface Review extends KubeObject {
  status?: { allowed?: boolean }
}

/** It is no kubelet that may do this; nothing to tell of, but it may be given the right. */
class NotAllowed extends Error {
  override name = 'NotAllowed'
}

/** Approves the requests of kubelets for client certificates, when whoever asks has the right to such a certificate. */
export const certificateSigningRequestApprovingController: Controller = {
  name: 'certificatesigningrequest-approving-controller',
  account: 'certificate-controller',
  async start(ctx) {
    const { client, signal } = ctx
    const queue = requestQueue(ctx)
    const requests = ctx.informers.informer<SigningRequest>(CERTIFICATE_SIGNING_REQUESTS)
    const look = (r: SigningRequest): void => queue.add(r.metadata.name ?? '')
    requests.addHandler({ added: look, updated: look })
    await requests.synced()

    const mayHave = async ({ username, uid, groups, extra }: SigningRequest['spec'], subresource: string): Promise<boolean> => {
      const resourceAttributes = {
        ...{ group: 'certificates.k8s.io', version: '*', resource: 'certificatesigningrequests' },
        ...{ subresource, verb: 'create' },
      }
      const spec = { user: username, uid, groups, extra, resourceAttributes }
      const body = { apiVersion: 'authorization.k8s.io/v1', kind: 'SubjectAccessReview', metadata: {}, spec } as KubeObject
      const review: Review = await client.resource<KubeObject>(SUBJECT_ACCESS_REVIEWS).create(body, { signal })
      return review.status?.allowed === true
    }
    const approve = async (request: SigningRequest, message: string): Promise<void> => {
      const approved = { type: 'Approved', status: 'True', reason: 'AutoApproved', message }
      const body = { ...request, status: { ...request.status, conditions: [...(request.status?.conditions ?? []), approved] } }
      const { name = '' } = request.metadata
      await client.resource(CERTIFICATE_SIGNING_REQUESTS).subresource('PUT', name, 'approval', body as KubeObject, { signal })
    }

    const report = unlessConflict(ctx, (key) => `certificatesigningrequest ${key}`)
    startWorkers({
      queue,
      workers: 1,
      signal,
      onError(e, key) {
        if (!(e instanceof NotAllowed)) report(e, key)
      },
      async sync(name) {
        const request = requests.lister.get(name)
        if (request?.spec.signerName !== KUBELET_CLIENT || (request.status?.certificate ?? '') !== '') return
        if (isTrue(request, 'Approved') || isTrue(request, 'Denied')) return
        const asked = readRequest(request)
        if (signers[KUBELET_CLIENT]!(asked, request.spec.usages ?? []) !== undefined) return
        const own = request.spec.username === asked.subject.commonName
        if (own && (await mayHave(request.spec, 'selfnodeclient'))) {
          return approve(request, 'Auto approving self kubelet client certificate after SubjectAccessReview.')
        }
        if (await mayHave(request.spec, 'nodeclient')) {
          return approve(request, 'Auto approving kubelet client certificate after SubjectAccessReview.')
        }
        throw new NotAllowed(`certificatesigningrequest ${name}: subject access review was not approved`)
      },
    })
  },
}
