import { copyJson } from '../machinery/copy-json.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Store } from '../registry/generic/store.ts'
import type { StrategyContext } from '../registry/generic/strategy.ts'
import { mainRules } from '../registry/generic/update-rules.ts'
import { createIn, updateIn } from '../registry/generic/write.ts'
import { type TrustData, withTrustedBefore } from './trusted-before.ts'
import { frontProxyName } from '../serving/certificates.ts'

const NAMESPACE = 'kube-system'
const NAME = 'extension-apiserver-authentication'

export interface AuthenticationTrust {
  /** PEM. */
  readonly clientCa: string
  /** Of this server's own certificate; absent: it shows one of `others`. */
  readonly frontProxyCa: string | undefined
  /** Front proxies besides this server: PEM of their CAs, and their common names; none of these: all. */
  readonly others?: { readonly ca: string; readonly names: readonly string[] } | undefined
  /** Nobody is told UIDs: the gate RemoteRequestHeaderUID is closed. */
  readonly withoutUid?: boolean
}

/** What extension API servers, scheduler and controller manager must know to tell who asks (apiserver `clusterauthenticationtrust`). */
export function authenticationData({ clientCa, frontProxyCa, others, withoutUid = false }: AuthenticationTrust): TrustData {
  const own = frontProxyCa === undefined ? [] : [{ ca: frontProxyCa, names: [frontProxyName] }]
  const proxies = [...own, ...(others === undefined ? [] : [others])]
  if (proxies.length === 0) return { 'client-ca-file': clientCa }
  const names = proxies.some((proxy) => proxy.names.length === 0) ? [] : [...new Set(proxies.flatMap((proxy) => proxy.names))]
  return {
    'client-ca-file': clientCa,
    'requestheader-allowed-names': JSON.stringify(names),
    'requestheader-client-ca-file': proxies.map((proxy) => proxy.ca).join('\n'),
    'requestheader-extra-headers-prefix': JSON.stringify(['X-Remote-Extra-']),
    'requestheader-group-headers': JSON.stringify(['X-Remote-Group']),
    ...(withoutUid ? {} : { 'requestheader-uid-headers': JSON.stringify(['X-Remote-Uid']) }),
    'requestheader-username-headers': JSON.stringify(['X-Remote-User']),
  }
}

export interface KeptAuthentication {
  readonly written: Promise<void>
  /** Others are trusted from now on. */
  changed(): void
  stop(): void
}

/** Writes the ConfigMap, of which `store` is the store, and puts it right when somebody deletes it or changes what is ours in it. */
export function keepAuthentication(store: Store, context: StrategyContext, trust: () => AuthenticationTrust): KeptAuthentication {
  let data = authenticationData(trust())
  const wanted = (obj: object): TrustData => withTrustedBefore((obj as { data?: TrustData }).data ?? {}, data, context.clock.now())
  const isRight = (obj: KubeObject): boolean =>
    Object.entries(wanted(obj)).every(([key, value]) => (obj as { data?: TrustData }).data?.[key] === value)
  const write = async (): Promise<void> => {
    const found = store.cached(NAMESPACE, NAME)
    if (found === undefined) {
      const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: NAME, namespace: NAMESPACE }, data: { ...wanted({}) } }
      await createIn(store, { object, namespace: NAMESPACE, context })
    } else if (!isRight(found.view())) {
      await updateIn(store, {
        ...{ namespace: NAMESPACE, name: NAME, context, rules: mainRules(store) },
        change: (current) => {
          const obj = copyJson(current!) as KubeObject & { data?: TrustData }
          obj.data = { ...obj.data, ...wanted(obj) }
          return obj
        },
      })
    }
  }
  /** Whoever was faster has brought an event that is looked at. */
  const settled = (e: unknown): void => {
    if (!isStatusError(e, 'AlreadyExists') && !isStatusError(e, 'NotFound') && !isStatusError(e, 'Conflict')) throw e
  }
  const listener = (event: { entry: { namespace: string; name: string } } | undefined): void => {
    if (event !== undefined && (event.entry.namespace !== NAMESPACE || event.entry.name !== NAME)) return
    void write().catch(() => undefined)
  }
  store.resource.cache.listeners.add(listener)
  const changed = (): void => {
    data = authenticationData(trust())
    void write().catch(() => undefined)
  }
  return { written: write().catch(settled), changed, stop: () => void store.resource.cache.listeners.delete(listener) }
}
