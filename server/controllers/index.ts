import type { Client } from '../client/client.ts'
import { createCoreRecorder, type EventRecorder } from '../client/event-recorder.ts'
import { absentControllers, controllerNamed } from '../options/controller-names.ts'
import { WorkQueueMetrics } from '../machinery/work-queue-metrics.ts'
import { WorkQueue } from '../machinery/work-queue.ts'
import type { Controller, ControllerContext } from './controller.ts'
import { bootstrapSignerController } from './bootstrap-signer/bootstrap-signer.ts'
import { certificateSigningRequestApprovingController } from './certificatesigningrequest-approving/certificatesigningrequest-approving.ts'
import { certificateSigningRequestCleanerController } from './certificatesigningrequest-cleaner/certificatesigningrequest-cleaner.ts'
import { certificateSigningRequestSigningController } from './certificatesigningrequest-signing/certificatesigningrequest-signing.ts'
import { clusterRoleAggregationController } from './clusterrole-aggregation/clusterrole-aggregation.ts'
import { cronJobController } from './cronjob/cronjob.ts'
import { daemonSetController } from './daemonset/daemonset.ts'
import { deploymentController } from './deployment/deployment.ts'
import { deviceTaintEvictionController } from './device-taint-eviction/device-taint-eviction.ts'
import { disruptionController } from './disruption/disruption.ts'
import { endpointsController } from './endpoints/endpoints.ts'
import { endpointSliceMirroringController } from './endpointslice-mirroring/endpointslice-mirroring.ts'
import { endpointSliceController } from './endpointslice/endpointslice.ts'
import { ephemeralVolumeController } from './ephemeral-volume/ephemeral-volume.ts'
import { garbageCollectorController } from './garbage-collector/garbage-collector.ts'
import { horizontalPodAutoscalerController } from './horizontal-pod-autoscaler/horizontal-pod-autoscaler.ts'
import { jobController } from './job/job.ts'
import { clusterTrustBundlePublisher } from './kube-apiserver-serving-clustertrustbundle-publisher/publisher.ts'
import { legacyServiceAccountTokenCleaner } from './legacy-serviceaccount-token-cleaner/legacy-serviceaccount-token-cleaner.ts'
import { namespaceController } from './namespace/namespace.ts'
import { nodeIpamController } from './node-ipam/node-ipam.ts'
import { nodeLifecycleController } from './node-lifecycle/node-lifecycle.ts'
import { persistentVolumeAttachDetachController } from './persistentvolume-attach-detach/attach-detach.ts'
import { persistentVolumeBinderController } from './persistentvolume-binder/persistentvolume-binder.ts'
import { persistentVolumeExpanderController } from './persistentvolume-expander/persistentvolume-expander.ts'
import { persistentVolumeProtectionController } from './persistentvolume-protection/persistentvolume-protection.ts'
import { persistentVolumeClaimProtectionController } from './persistentvolumeclaim-protection/persistentvolumeclaim-protection.ts'
import { podGarbageCollectorController } from './pod-garbage-collector/pod-garbage-collector.ts'
import { podCertificateRequestCleanerController } from './podcertificaterequest-cleaner/podcertificaterequest-cleaner.ts'
import { replicaSetController } from './replicaset/replicaset.ts'
import { replicationControllerController } from './replicationcontroller/replicationcontroller.ts'
import { resourceClaimController } from './resourceclaim/resourceclaim.ts'
import { resourceQuotaController } from './resourcequota/resourcequota.ts'
import { rootCACertificatePublisher } from './root-ca-certificate-publisher/root-ca-certificate-publisher.ts'
import { serviceCIDRController } from './service-cidr/service-cidr.ts'
import { serviceAccountController } from './serviceaccount/serviceaccount.ts'
import { serviceAccountTokenController } from './serviceaccount-token/serviceaccount-token.ts'
import { statefulSetController } from './statefulset/statefulset.ts'
import { storageVersionMigratorController } from './storage-version-migrator/storage-version-migrator.ts'
import { taintEvictionController } from './taint-eviction/taint-eviction.ts'
import { tokenCleanerController } from './token-cleaner/token-cleaner.ts'
import { ttlAfterFinishedController } from './ttl-after-finished/ttl-after-finished.ts'
import { ttlController } from './ttl/ttl.ts'
import { validatingAdmissionPolicyStatusController } from './validatingadmissionpolicy-status/validatingadmissionpolicy-status.ts'
import { volumeAttributesClassProtectionController } from './volumeattributesclass-protection/volumeattributesclass-protection.ts'

export const controllers: readonly Controller[] = [
  namespaceController,
  serviceAccountController,
  clusterRoleAggregationController,
  serviceAccountTokenController,
  rootCACertificatePublisher,
  clusterTrustBundlePublisher,
  legacyServiceAccountTokenCleaner,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  replicationControllerController,
  replicaSetController,
  deploymentController,
  daemonSetController,
  statefulSetController,
  jobController,
  cronJobController,
  ttlAfterFinishedController,
  nodeIpamController,
  nodeLifecycleController,
  taintEvictionController,
  podGarbageCollectorController,
  disruptionController,
  resourceQuotaController,
  horizontalPodAutoscalerController,
  persistentVolumeBinderController,
  persistentVolumeAttachDetachController,
  persistentVolumeClaimProtectionController,
  persistentVolumeProtectionController,
  persistentVolumeExpanderController,
  ephemeralVolumeController,
  resourceClaimController,
  deviceTaintEvictionController,
  bootstrapSignerController,
  certificateSigningRequestApprovingController,
  certificateSigningRequestCleanerController,
  certificateSigningRequestSigningController,
  podCertificateRequestCleanerController,
  serviceCIDRController,
  tokenCleanerController,
  ttlController,
  volumeAttributesClassProtectionController,
  validatingAdmissionPolicyStatusController,
  garbageCollectorController,
  storageVersionMigratorController,
]

export class UnknownControllerError extends Error {
  override name = 'UnknownControllerError'
}

/**
 * `--controllers`: `*` is every one that is on by default, `name` switches one on, `-name` off; a name beats `*`. Nothing listed means none.
 * One that kube-controller-manager has and that does not run here is left out.
 * @throws UnknownControllerError with kube-controller-manager's text
 */
export function selectControllers(list: readonly string[], known: readonly Controller[] = controllers): Controller[] {
  const wishes = list.map((w) => w.trim()).filter((w) => w !== '')
  const on = new Set<string>()
  const off = new Set<string>()
  let all = false
  for (const wish of wishes) {
    if (wish === '*') {
      all = true
      continue
    }
    const bare = wish.startsWith('-') ? wish.slice(1) : wish
    const name = controllerNamed(bare)
    if (Object.hasOwn(absentControllers, name)) continue
    if (!known.some((c) => c.name === name)) throw new UnknownControllerError(`"${bare}" is not in the list of known controllers`)
    ;(wish.startsWith('-') ? off : on).add(name)
  }
  return known.filter(({ name, disabledByDefault }) => on.has(name) || (all && disabledByDefault !== true && !off.has(name)))
}

/** The service account in kube-system that a controller writes as: kube-controller-manager with --use-service-account-credentials. */
export const accountOf = ({ name, account = name }: Controller): string => account

/** Starts them together; resolves with the names of those that run. One that cannot start does not hold up the rest: its error is reported. */
export async function startControllers(
  selected: readonly Controller[],
  ctx: Omit<ControllerContext, 'recorder' | 'client' | 'workQueue'> &
    Partial<Pick<ControllerContext, 'recorder'>> & {
      clientOf(account: string): Client
      queueMetrics?: WorkQueueMetrics
      onStart?(name: string, error?: unknown): void
    },
): Promise<string[]> {
  const { clock, signal } = ctx
  const { queueMetrics = new WorkQueueMetrics() } = ctx
  const workQueue: ControllerContext['workQueue'] = (name, backoff) =>
    new WorkQueue({ ...backoff, clock, observer: queueMetrics.observe(name) })
  const own = (c: Controller): ControllerContext => {
    const client = ctx.clientOf(accountOf(c))
    const recorder = (component: string): EventRecorder =>
      createCoreRecorder({ client, clock, signal, component, onError: (e) => ctx.onError(e, `event of ${component}`) })
    return { ...ctx, client, workQueue, recorder: ctx.recorder ?? recorder }
  }
  const running = await Promise.all(
    selected.map((c) =>
      c.start(own(c)).then(
        () => {
          ctx.onStart?.(c.name)
          return [c.name]
        },
        (e: unknown) => {
          ctx.onStart?.(c.name, e)
          if (!signal.aborted) ctx.onError(e, c.name)
          return []
        },
      ),
    ),
  )
  return running.flat()
}
