import { isSet, listAt, objectAt, textAt } from '../../machinery/json-walk.ts'
import { isStatusError, StatusError } from '../../machinery/status.ts'
import { goQuote } from '../../machinery/go-quote.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { mayBeAuthorized, type NodeRequest, type Rule } from './rule.ts'

/** Tokens and certificates that a node asks for in the name of pods: of those that it runs, and for what they are mounted with. */

interface TokenSpec {
  audiences?: string[] | null
  boundObjectRef?: { apiVersion?: string; kind?: string; name?: string; uid?: string } | null
}

export const serviceAccount: Rule = async (request) => {
  const { a, node, get } = request
  if (a.operation !== 'CREATE' || a.subresource !== 'token') return undefined
  const { boundObjectRef: ref, audiences } = (a.object!.spec ?? {}) as TokenSpec
  if (ref == null || ref.apiVersion !== 'v1' || ref.kind !== 'Pod' || !ref.name) return 'node requested token not bound to a pod'
  if (!ref.uid) return 'node requested token with a pod binding without a uid'
  const pod = await get('pod', a.namespace, ref.name)
  if (ref.uid !== pod.metadata.uid) {
    return `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`
  }
  if (textAt(pod, 'spec.nodeName') !== node) return 'node requested token bound to a pod scheduled on a different node'
  if (request.anyAudience) return undefined
  // KEP-4412: for whom a token is has to be said by the pod, or by a rule.
  if ((audiences?.length ?? 0) > 1) return 'node may only request 0 or 1 audiences'
  const audience = audiences?.[0] ?? ''
  const found = await mountsAudience(request, pod, audience)
  if (found === true) return undefined
  if (found !== false) return `error validating audience ${goQuote(audience)}: ${found}`
  if (await mayBeAuthorized(request, 'request-serviceaccounts-token-audience', audience, a.name)) return undefined
  return `${a.user.name} is not authorized to request tokens for audience ${goQuote(audience)}`
}

/** Drivers that stand in for volumes of old (csi-translation-lib). */
const MIGRATED: Readonly<Record<string, string>> = {
  awsElasticBlockStore: 'ebs.csi.aws.com',
  azureDisk: 'disk.csi.azure.com',
  azureFile: 'file.csi.azure.com',
  cinder: 'cinder.csi.openstack.org',
  gcePersistentDisk: 'pd.csi.storage.gke.io',
  portworxVolume: 'pxd.portworx.com',
  vsphereVolume: 'csi.vsphere.vmware.com',
}
const migrated = (source: unknown): string => Object.entries(MIGRATED).find(([field]) => isSet(source, field))?.[1] ?? ''

/** Whether a volume of the pod, or the driver of one, asks for tokens for this audience; a text where that cannot be said. */
async function mountsAudience(request: NodeRequest, pod: KubeObject, audience: string): Promise<boolean | string> {
  const errors = new Set<string>()
  const drivers = new Set<string>()
  for (const volume of listAt(pod, 'spec.volumes')) {
    for (const source of listAt(volume, 'projected.sources')) {
      const token = objectAt(source, 'serviceAccountToken')
      if (token !== undefined && textAt(token, 'audience') === audience) return true
    }
    try {
      const driver = await driverOf(request, pod, volume)
      if (driver === '' || drivers.has(driver)) continue
      drivers.add(driver)
      const { spec } = await request.get('csidriver', '', driver)
      if (listAt({ spec }, 'spec.tokenRequests').some((t) => textAt(t, 'audience') === audience)) return true
    } catch (e) {
      if (!isStatusError(e)) throw e
      errors.add(e.message)
    }
  }
  if (errors.size === 0) return false
  const texts = [...errors]
  return texts.length === 1 ? texts[0]! : `[${texts.join(', ')}]`
}

async function driverOf({ get, a }: NodeRequest, pod: KubeObject, volume: unknown): Promise<string> {
  const claim = isSet(volume, 'ephemeral.volumeClaimTemplate')
    ? `${pod.metadata.name}-${textAt(volume, 'name')}`
    : textAt(volume, 'persistentVolumeClaim.claimName')
  if (claim === '') return textAt(volume, 'csi.driver') || migrated(volume)
  const pvc = await get('persistentvolumeclaim', a.namespace, claim)
  const { spec } = await get('persistentvolume', '', textAt(pvc, 'spec.volumeName'))
  return textAt({ spec }, 'spec.csi.driver') || migrated(spec)
}

interface CertificateSpec {
  signerName?: string
  podName?: string
  podUID?: string
  serviceAccountName?: string
  serviceAccountUID?: string
  nodeName?: string
  nodeUID?: string
}

/** What may be so because caches are behind: the node tries again. */
const retryable = (why: string): StatusError => new StatusError(500, '', why)

export const podCertificateRequest: Rule = async (request) => {
  const { a, node } = request
  if (a.operation !== 'CREATE') return `unexpected operation ${a.operation}`
  if (a.subresource !== '') return `unexpected subresource ${a.subresource}`
  const spec = (a.object!.spec ?? {}) as CertificateSpec
  const { podName = '', nodeName = '', nodeUID = '', podUID = '', signerName = '' } = spec
  const podKey = goQuote(`${a.namespace}/${podName}`)
  if (nodeName !== node)
    return `PodCertificateRequest.Spec.NodeName=${goQuote(nodeName)}, which is not the requesting node ${goQuote(node)}`
  const own = await told(request.get('node', '', nodeName), `node ${goQuote(nodeName)}`)
  if (own.metadata.uid !== nodeUID) {
    throw retryable(
      `PodCertificateRequest for pod ${podKey} names node UID ${goQuote(nodeUID)}, inconsistent with the running node (${goQuote(own.metadata.uid ?? '')})`,
    )
  }
  const pod = await told(request.get('pod', a.namespace, podName), `pod ${podKey}`)
  if (podUID !== pod.metadata.uid) {
    throw retryable(
      `PodCertificateRequest for pod ${podKey} contains pod UID (${goQuote(podUID)}) which differs from running pod ${goQuote(pod.metadata.uid ?? '')}`,
    )
  }
  if (textAt(pod, 'spec.nodeName') !== nodeName) {
    return `pod ${podKey} is not running on node ${goQuote(nodeName)} named in the PodCertificateRequest`
  }
  if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return `pod ${podKey} is a mirror pod`
  const why = await ofAccount(request, spec, podKey, textAt(pod, 'spec.serviceAccountName'))
  if (why !== undefined) return why
  const mounted = listAt(pod, 'spec.volumes').some((v) =>
    listAt(v, 'projected.sources').some((s) => isSet(s, 'podCertificate') && textAt(s, 'podCertificate.signerName') === signerName),
  )
  if (mounted) return undefined
  // A rule cannot name what has a slash.
  const resource = signerName.replaceAll('/', ':')
  if (await mayBeAuthorized(request, 'request-serviceaccounts-podcertificate-signer', resource, spec.serviceAccountName ?? ''))
    return undefined
  return `pod ${podKey} does not mount a podCertificate projected volume for signer ${goQuote(signerName)}`
}

async function ofAccount(request: NodeRequest, spec: CertificateSpec, podKey: string, own: string): Promise<string | undefined> {
  const { serviceAccountName: name = '', serviceAccountUID: uid = '' } = spec
  const { namespace } = request.a
  if (name !== own) {
    return `PodCertificateRequest for pod ${podKey} contains serviceAccountName (${goQuote(name)}) that differs from running pod (${goQuote(own)})`
  }
  const account = await told(request.get('serviceaccount', namespace, name), `service account ${goQuote(`${namespace}/${name}`)}`)
  if (uid === account.metadata.uid) return undefined
  throw retryable(
    `PodCertificateRequest for pod ${podKey} names service account UID ${goQuote(uid)}, which differs from the running service account (${goQuote(account.metadata.uid ?? '')})`,
  )
}

async function told(found: Promise<KubeObject>, what: string): Promise<KubeObject> {
  try {
    return await found
  } catch (e) {
    if (!isStatusError(e, 'NotFound')) throw e
    throw retryable(`while retrieving ${what} named in the PodCertificateRequest: ${e.message}`)
  }
}
