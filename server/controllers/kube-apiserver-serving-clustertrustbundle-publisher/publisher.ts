import { createHash } from 'node:crypto'
import { dropManagedFields } from '../../client/informer.ts'
import { CLUSTER_TRUST_BUNDLES } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'

const SIGNER = 'kubernetes.io/kube-apiserver-serving'

interface ClusterTrustBundle extends KubeObject {
  spec?: { signerName?: string; trustBundle: string }
}

/** A bundle's name says what is in it: another authority gets another one, and the old ones go. */
export const bundleName = (signer: string, bundle: string): string =>
  `${signer.replaceAll('/', ':')}:${createHash('sha256').update(bundle).digest('hex').slice(0, 24)}`

/** Publishes the authority that the API server's certificate is from, as a ClusterTrustBundle (KEP-3257). */
export const clusterTrustBundlePublisher: Controller = {
  name: 'kube-apiserver-serving-clustertrustbundle-publisher-controller',
  gate: 'ClusterTrustBundle',
  account: 'kube-apiserver-serving-clustertrustbundle-publisher',
  async start(ctx) {
    const { rootCA: trustBundle } = ctx.options
    if (trustBundle === undefined) return
    const { signal } = ctx
    const queue = ctx.workQueue('ca_cert_publisher_cluster_trust_bundles')
    const select = { fieldSelector: `spec.signerName=${SIGNER}` }
    const bundles = ctx.informers.informer<ClusterTrustBundle>(CLUSTER_TRUST_BUNDLES, { select, transform: dropManagedFields })
    const look = (): void => queue.add(SIGNER)
    bundles.addHandler({ added: look, updated: look, deleted: look })
    await bundles.synced()
    look()
    const resource = ctx.client.resource<ClusterTrustBundle>(CLUSTER_TRUST_BUNDLES)
    startWorkers({
      queue,
      workers: 1,
      signal,
      onError: unlessConflict(ctx, (signer) => `trust bundle of ${signer}`),
      async sync(signerName) {
        const name = bundleName(signerName, trustBundle)
        const there = bundles.lister.get(name)
        if (there === undefined) {
          const body = {
            apiVersion: 'certificates.k8s.io/v1',
            kind: 'ClusterTrustBundle',
            metadata: { name },
            spec: { signerName, trustBundle },
          }
          await resource.create(body, { signal }).catch((e: unknown) => {
            if (!isStatusError(e, 'AlreadyExists')) throw e
          })
        } else if (there.spec?.trustBundle !== trustBundle) {
          await resource.update({ ...there, spec: { signerName, trustBundle } }, { signal })
        }
        for (const { metadata } of bundles.lister.list()) {
          if (metadata.name === name) continue
          await resource.delete(metadata.name ?? '', { signal }).catch((e: unknown) => {
            if (!isStatusError(e, 'NotFound')) throw e
          })
        }
      },
    })
  },
}
