import type { PodSpec } from '../apis/core/v1/types.ts'
import { copyJson } from '../machinery/copy-json.ts'
import { generateName } from '../machinery/generate-name.ts'
import { goQuote } from '../machinery/go-quote.ts'
import { pathSegmentErrors } from '../machinery/names.ts'
import { StatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Entry } from '../cache/entry.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts'
import { refusal } from './refusal.ts'
import { enforcesSecrets, forbiddenEphemeralSecret, forbiddenInMirror, forbiddenSecret, type Account } from './service-account-secrets.ts'

const DEFAULT = 'default'
const MIRROR = 'kubernetes.io/config.mirror'
const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount'
const VOLUME_PREFIX = 'kube-api-access-'

export interface ServiceAccountLookup {
  fresh(namespace: string, name: string): Promise<Entry | undefined>
  cached(namespace: string, name: string): Entry | undefined
}

/** The account `default` of a namespace that has just been made is made by a controller: it is waited for this often. */
const TRIES = 10
const PAUSE_MS = 150

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

const specOf = (pod: KubeObject): PodSpec => (pod.spec ??= {}) as PodSpec
const isMirror = (pod: KubeObject): boolean => pod.metadata.annotations?.[MIRROR] !== undefined

/**
 * Gives each new pod its service account, the account's token and its pull secrets, and holds it to the account's secrets where the account
 * says so (plugin/pkg/admission/serviceaccount). `pause` resolves after so many milliseconds; without it nothing is waited for.
 */
export function serviceAccount(accounts: ServiceAccountLookup, pause?: (ms: number) => Promise<void>): AdmissionPlugin {
  async function lookUp(a: AdmissionAttributes, name: string): Promise<Account> {
    // Such a name cannot be asked for (client-go `rest/request.go`, Name).
    const wrong = pathSegmentErrors(name)
    if (wrong.length > 0) {
      const why = `invalid resource name ${goQuote(name)}: [${wrong.join(' ')}]`
      throw refusal(a, `error looking up service account ${a.namespace}/${name}: ${why}`)
    }
    const tries = name === DEFAULT && pause !== undefined ? TRIES : 1
    for (let i = 0; i < tries; i++) {
      if (i > 0) await pause!(PAUSE_MS)
      const found = await accounts.fresh(a.namespace, name)
      if (found !== undefined) return found.shared()
    }
    throw refusal(a, `error looking up service account ${a.namespace}/${name}: serviceaccount ${goQuote(name)} not found`)
  }

  /** With the pod's account, which is not to be changed: at once where the cache has it. */
  function withAccount(a: AdmissionAttributes, then: (account: Account) => void): void | Promise<void> {
    const name = specOf(a.object!).serviceAccountName
    if (!name) throw refusal(a, `no service account specified for pod ${a.namespace}/${a.object!.metadata.name ?? ''}`)
    const entry = accounts.cached(a.namespace, name)
    return entry === undefined ? lookUp(a, name).then(then) : then(entry.shared())
  }

  function check(a: AdmissionAttributes, account: Account): void {
    const why = enforcesSecrets(account) ? forbiddenSecret(account, specOf(a.object!)) : undefined
    if (why !== undefined) throw refusal(a, why)
  }

  return {
    name: 'ServiceAccount',
    mutate(a) {
      if (a.operation !== 'CREATE' || !isPod(a)) return
      const pod = a.object!
      // A kubelet gives up a mirror that is not what it has made.
      if (isMirror(pod)) return checkMirror(a)
      const spec = specOf(pod)
      spec.serviceAccountName ||= spec.serviceAccount || DEFAULT
      spec.serviceAccount = spec.serviceAccountName
      return withAccount(a, (account) => {
        apply(spec, account)
        check(a, account)
      })
    },
    validate(a) {
      if (!isPod(a)) return
      if (a.operation === 'CREATE') {
        if (isMirror(a.object!)) return checkMirror(a)
        return withAccount(a, (account) => check(a, account))
      }
      if (a.operation !== 'UPDATE' || a.subresource !== 'ephemeralcontainers') return
      return withAccount(a, (account) => {
        const why = enforcesSecrets(account) ? forbiddenEphemeralSecret(account, specOf(a.object!)) : undefined
        // No 403, as upstream.
        if (why !== undefined) throw new StatusError(500, '', why)
      })
    },
  }
}

const isPod = (a: AdmissionAttributes): boolean =>
  a.resource.resource === 'pods' &&
  a.resource.group === '' &&
  (a.subresource === '' || a.subresource === 'ephemeralcontainers') &&
  a.object !== undefined

function checkMirror(a: AdmissionAttributes): void {
  const why = forbiddenInMirror(a.object!)
  if (why !== undefined) throw refusal(a, why)
}

function apply(spec: PodSpec, account: Account): void {
  const { imagePullSecrets: pull = [] } = account
  if ((spec.imagePullSecrets?.length ?? 0) === 0 && pull.length > 0) spec.imagePullSecrets = copyJson(pull)
  if (!(spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true)) return
  const present = spec.volumes?.find((v) => v.name?.startsWith(VOLUME_PREFIX) === true)
  const name = present?.name ?? generateName(VOLUME_PREFIX)
  let mounted = false
  for (const c of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    if (c.volumeMounts?.some((m) => m.mountPath === MOUNT_PATH) === true) continue
    ;(c.volumeMounts ??= []).push({ name, readOnly: true, mountPath: MOUNT_PATH })
    mounted = true
  }
  if (mounted && present === undefined) (spec.volumes ??= []).push(tokenVolume(name))
}
