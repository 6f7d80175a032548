import type { Namespace } from '../../client/objects.ts'
import { CONFIG_MAPS, NAMESPACES } from '../../client/resource.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { isStatusError } from '../../machinery/status.ts'
import { startWorkers } from '../../machinery/workers.ts'
import type { Controller } from '../controller.ts'
import { isTerminating } from '../namespace/terminating.ts'

const NAME = 'kube-root-ca.crt'
const DESCRIPTION = 'kubernetes.io/description'
// The value that every cluster has here; tools compare it. One that somebody else has written stays.
const ANNOTATIONS = {
  [DESCRIPTION]:
    'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP ' +
    'or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
}

interface ConfigMap extends KubeObject {
  data?: Record<string, string>
}

/** Each namespace has a configmap with the API server's CA: what a pod trusts. */
export const rootCACertificatePublisher: Controller = {
  name: 'root-ca-certificate-publisher-controller',
  account: 'root-ca-cert-publisher',
  async start(ctx) {
    const { rootCA } = ctx.options
    if (rootCA === undefined) return
    const queue = ctx.workQueue('root_ca_cert_publisher')
    const namespaces = ctx.informers.informer<Namespace>(NAMESPACES)
    const maps = ctx.informers.informer<ConfigMap>(CONFIG_MAPS, { select: { fieldSelector: `metadata.name=${NAME}` } })
    const look = (ns: Namespace): void => queue.add(ns.metadata.name ?? '')
    const lookAround = (cm: ConfigMap): void => queue.add(cm.metadata.namespace ?? '')
    namespaces.addHandler({ added: look, updated: look })
    // One that was made by somebody else just before ours has to be mended.
    maps.addHandler({ added: lookAround, updated: lookAround, deleted: lookAround })
    await Promise.all([namespaces.synced(), maps.synced()])
    const client = ctx.client.resource<ConfigMap>(CONFIG_MAPS)
    const { signal } = ctx
    startWorkers({
      queue,
      workers: 5,
      signal,
      onError: (e, key) => ctx.onError(e, `${NAME} in ${key}`),
      async sync(namespace) {
        const ns = namespaces.lister.get(namespace)
        if (ns === undefined || ns.metadata.deletionTimestamp != null) return
        const data = { 'ca.crt': rootCA }
        const map = maps.lister.get(NAME, namespace)
        try {
          if (map === undefined) {
            const metadata = { name: NAME, namespace, annotations: ANNOTATIONS }
            await client.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data }, { signal })
          } else if (!isCurrent(map, rootCA)) {
            const annotations = { ...map.metadata.annotations, ...ANNOTATIONS }
            await client.update({ ...map, metadata: { ...map.metadata, annotations }, data }, { signal })
          }
        } catch (e) {
          if (!isStatusError(e, 'AlreadyExists') && !isTerminating(e)) throw e
        }
      },
    })
  },
}

function isCurrent(map: ConfigMap, rootCA: string): boolean {
  const data = Object.entries(map.data ?? {})
  return data.length === 1 && map.data?.['ca.crt'] === rootCA && (map.metadata.annotations?.[DESCRIPTION] ?? '') !== ''
}
