import { copyJson } from '../machinery/copy-json.ts'
import { generateName } from '../machinery/generate-name.ts'
import { forbidden } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Entry } from '../cache/entry.ts'
import type { AdmissionPlugin } from './contract.ts'

const DEFAULT = 'default'
const MIRROR = 'kubernetes.io/config.mirror'
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'
const VOLUME_PREFIX = 'kube-api-access-'
const PODS = { group: '', resource: 'pods' }

export interface ServiceAccountLookup {
  fresh(namespace: string, name: string): Promise<Entry | undefined>
  cached(namespace: string, name: string): Entry | undefined
}

interface Container {
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[]
}

interface PodSpec {
  serviceAccountName?: string
  /** The old name of the same field; upstream writes both. */
  serviceAccount?: string
  automountServiceAccountToken?: boolean
  imagePullSecrets?: unknown[]
  containers?: Container[]
  initContainers?: Container[]
  volumes?: { name: string; [source: string]: unknown }[]
}

/** What upstream projects into `kube-api-access-…`: a bound token, the root CA and the namespace. */
function tokenVolume(name: string): { name: string; projected: object } {
  return {
    name,
    projected: {
      defaultMode: 420,
      sources: [
        { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
        { configMap: { items: [{ key: 'ca.crt', path: 'ca.crt' }], name: 'kube-root-ca.crt' } },
        { downwardAPI: { items: [{ fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' }, path: 'namespace' }] } },
      ],
    },
  }
}

/** Gives each new pod its service account and the account's token (plugin/pkg/admission/serviceaccount). */
export function serviceAccount(accounts: ServiceAccountLookup): AdmissionPlugin {
  return {
    name: 'ServiceAccount',
    mutate(a) {
      if (a.operation !== 'CREATE' || a.subresource !== '' || a.resource.resource !== 'pods' || a.resource.group !== '') return
      const pod = a.object!
      if (pod.metadata.annotations?.[MIRROR] !== undefined) return
      const spec = (pod.spec ?? {}) as PodSpec
      spec.serviceAccountName ||= spec.serviceAccount || DEFAULT
      spec.serviceAccount = spec.serviceAccountName
      const name = spec.serviceAccountName
      const entry = accounts.cached(a.namespace, name)
      if (entry !== undefined) return apply(spec, entry.object())
      return accounts.fresh(a.namespace, name).then((found) => {
        if (found === undefined) {
          throw forbidden(
            PODS,
            pod.metadata.name ?? '',
            `error looking up service account ${a.namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`,
          )
        }
        apply(spec, found.object())
      })
    },
  }
}

function apply(spec: PodSpec, account: KubeObject): void {
  if ((spec.imagePullSecrets?.length ?? 0) === 0 && Array.isArray(account.imagePullSecrets) && account.imagePullSecrets.length > 0) {
    spec.imagePullSecrets = copyJson(account.imagePullSecrets)
  }
  const mounts = spec.automountServiceAccountToken ?? (account.automountServiceAccountToken as boolean | undefined) ?? true
  if (!mounts) return
  const present = spec.volumes?.find((v) => v.name.startsWith(VOLUME_PREFIX))
  const name = present?.name ?? generateName(VOLUME_PREFIX)
  let mounted = false
  for (const c of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    if (c.volumeMounts?.some((m) => m.mountPath === MOUNT_PATH) === true) continue
    ;(c.volumeMounts ??= []).push({ name, readOnly: true, mountPath: MOUNT_PATH })
    mounted = true
  }
  if (mounted && present === undefined) (spec.volumes ??= []).push(tokenVolume(name))
}
