import { copyJson } from '../machinery/copy-json.ts'
import { formatTime, type Clock } from '../machinery/clock.ts'
import { isStatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import type { Registry } from '../registry/registry.ts'
import type { StrategyContext } from '../registry/generic/strategy.ts'
import { deleteFrom } from '../registry/generic/delete.ts'
import { createIn, updateIn } from '../registry/generic/write.ts'

/** Namespaces that every cluster has from its first moment. */
export const NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** The two classes above all that users may define. */
const SYSTEM_CLASSES = [
  ['system-node-critical', 2_000_001_000, 'For pods that a node cannot do without.'],
  ['system-cluster-critical', 2_000_000_000, 'For pods that the cluster cannot do without, on whatever node.'],
] as const

export interface BootstrapOptions {
  registry: Registry
  clock: Clock
  /** Of the server's own writes. */
  context: StrategyContext
  /** Address and port that `default/kubernetes` leads to. */
  advertise: { address: string; port: number }
  /** First address of the service range. */
  serviceAddress: string
  serviceRanges: readonly string[]
  /** Whether the ServiceAccounts `default` are made too. */
  accounts: boolean
}

// Start-up objects: what is there stays as it is, so a restart writes nothing.
async function ensure(o: BootstrapOptions, resource: string, obj: KubeObject): Promise<void> {
  const store = o.registry.store(resource)
  const { namespace = '', name = '' } = obj.metadata
  if (store.cached(namespace, name) !== undefined) return
  await createIn(store, { object: obj, namespace, context: o.context }).catch((e: unknown) => {
    if (!isStatusError(e, 'AlreadyExists')) throw e
  })
}

/** Post-start hook `start-system-namespaces-controller`. */
export async function ensureSystemNamespaces(o: BootstrapOptions): Promise<void> {
  await Promise.all(NAMESPACES.map((name) => ensure(o, 'namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })))
  // What is made in them next asks the cache for them.
  await o.registry.store('namespaces').find('', 'default')
  if (!o.accounts) return
  const account = (namespace: string): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace },
  })
  await Promise.all(NAMESPACES.map((namespace) => ensure(o, 'serviceaccounts', account(namespace))))
}

/** Post-start hook `scheduling/bootstrap-system-priority-classes`. */
export async function ensureSystemPriorityClasses(o: BootstrapOptions): Promise<void> {
  const apiVersion = 'scheduling.k8s.io/v1'
  const classes = SYSTEM_CLASSES.map(([name, value, description]) =>
    ensure(o, 'priorityclasses.scheduling.k8s.io', { apiVersion, kind: 'PriorityClass', metadata: { name }, value, description }),
  )
  await Promise.all(classes)
}

/** Post-start hook `start-kubernetes-service-cidr-controller`: the range of --service-cluster-ip-range, which is ready when this server says so. */
export async function ensureServiceRange(o: BootstrapOptions): Promise<void> {
  await ensure(o, 'servicecidrs.networking.k8s.io', defaultRange(o))
  await addSecondRange(o)
  await markRangeReady(o)
}

/** A cluster that had one family so far gets the other one as well; any other change of the flag leaves what is there. */
async function addSecondRange({ registry, context, serviceRanges: [first = '', second] }: BootstrapOptions): Promise<void> {
  if (second === undefined) return
  const { mainRules } = await import('../registry/generic/update-rules.ts')
  const store = registry.store('servicecidrs.networking.k8s.io')
  const change = (current: KubeObject | undefined): KubeObject => {
    const obj = copyJson(current!) as KubeObject & { spec: { cidrs: string[] } }
    if (obj.spec.cidrs.length === 1 && obj.spec.cidrs[0] === first) obj.spec.cidrs = [first, second]
    return obj
  }
  await updateIn(store, { namespace: '', name: 'kubernetes', context, rules: mainRules(store), change })
}

/** Post-start hook `bootstrap-controller`: `default/kubernetes`. A restart may come up on another port: the service follows. */
export async function ensureKubernetesService(o: BootstrapOptions): Promise<void> {
  await ensureService(o)
  await setPort(o)
}

const defaultRange = ({ serviceRanges }: BootstrapOptions): KubeObject => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'ServiceCIDR',
  metadata: { name: 'kubernetes' },
  spec: { cidrs: [...serviceRanges] },
})

const RETRY_MS = 1000
const TRIES = 5

/**
 * The service with the first address of the range. Another server may be making it at this moment and have taken the address already;
 * an address that nobody follows up belonged to a server that died, and is freed.
 */
async function ensureService(o: BootstrapOptions): Promise<void> {
  const { context } = o
  const services = o.registry.store('services')
  const addresses = o.registry.store('ipaddresses.networking.k8s.io')
  for (let attempt = 1; (await services.find('default', 'kubernetes')) === undefined; attempt++) {
    try {
      await createIn(services, { object: kubernetesService(o), namespace: 'default', context })
      return
    } catch (e) {
      if (isStatusError(e, 'AlreadyExists')) return
      if (!isStatusError(e, 'Invalid') || attempt > TRIES) throw e
    }
    if (attempt < TRIES) await new Promise<void>((done) => o.clock.setTimeout(done, RETRY_MS))
    else await deleteFrom(addresses, { namespace: '', name: o.serviceAddress, options: {}, context }).catch(() => undefined)
  }
}

async function markRangeReady(o: BootstrapOptions): Promise<void> {
  const { context } = o
  const { statusRules } = await import('../registry/generic/update-rules.ts')
  const store = o.registry.store('servicecidrs.networking.k8s.io')
  const message = 'Kubernetes default Service CIDR is ready'
  const ready = { type: 'Ready', status: 'True', lastTransitionTime: formatTime(o.clock.now()), reason: '', message }
  const change = (current: KubeObject | undefined): KubeObject => {
    const obj = copyJson(current!)
    const status = (obj.status ?? {}) as { conditions?: { type?: string }[] }
    if (status.conditions?.some((c) => c.type === 'Ready') !== true)
      obj.status = { ...status, conditions: [...(status.conditions ?? []), ready] }
    return obj
  }
  await updateIn(store, { namespace: '', name: 'kubernetes', context, rules: statusRules(store), change })
}

function kubernetesService(o: BootstrapOptions): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
    spec: {
      type: 'ClusterIP',
      clusterIP: o.serviceAddress,
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
      sessionAffinity: 'None',
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: o.advertise.port }],
    },
  }
}

async function setPort(o: BootstrapOptions): Promise<void> {
  const { mainRules } = await import('../registry/generic/update-rules.ts')
  const store = o.registry.store('services')
  await updateIn(store, {
    namespace: 'default',
    name: 'kubernetes',
    context: o.context,
    rules: mainRules(store),
    change: (current) => {
      const obj = copyJson(current!) as KubeObject & { spec: { ports: { targetPort: number }[] } }
      obj.spec.ports = [{ ...obj.spec.ports[0]!, targetPort: o.advertise.port }]
      return obj
    },
  })
}
