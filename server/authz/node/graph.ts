import type { Entry } from '../../cache/entry.ts'
import type { ResourceCache } from '../../cache/resource-cache.ts'
import { textAt } from '../../machinery/json-walk.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { follow } from '../follow.ts'
import { referencesOf, volumeReferences } from './references.ts'

/** The caches from which nodes' rights follow. */
export interface NodeCaches {
  readonly pods: ResourceCache
  readonly persistentVolumes: ResourceCache
  readonly volumeAttachments: ResourceCache
  readonly resourceSlices: ResourceCache
  readonly podCertificateRequests: ResourceCache
}

export type NodeObject =
  | 'secret'
  | 'configmap'
  | 'serviceaccount'
  | 'persistentvolumeclaim'
  | 'resourceclaim'
  | 'persistentvolume'
  | 'pod'
  | 'volumeattachment'
  | 'resourceslice'
  | 'podcertificaterequest'

/**
 * Which objects a node has to do with (plugin/pkg/auth/authorizer/node, Graph): those that say its name, and those that pods bound to it
 * lead to. It begins to follow the caches when it is first asked; what a pod refers to is found out when its node is asked about.
 */
export class NodeGraph {
  readonly #caches: NodeCaches
  #following = false
  /** By node, then by `NAMESPACE/NAME`. */
  readonly #pods = new Map<string, Map<string, Entry>>()
  readonly #references = new WeakMap<Entry, ReadonlySet<string>>()
  readonly #volumes = new Map<string, NonNullable<ReturnType<typeof volumeReferences>>>()
  /** Names of volumes, by the secrets that they need. */
  readonly #secrets = new Map<string, Set<string>>()
  /** Node names of objects that say one. */
  readonly #named: Readonly<Record<'volumeattachment' | 'resourceslice' | 'podcertificaterequest', Map<string, string>>> = {
    volumeattachment: new Map(),
    resourceslice: new Map(),
    podcertificaterequest: new Map(),
  }

  constructor(caches: NodeCaches) {
    this.#caches = caches
  }

  /** Whether a node has to do with an object. */
  reaches(node: string, kind: NodeObject, namespace: string, name: string): boolean {
    if (!this.#following) this.#follow()
    switch (kind) {
      case 'pod':
        return this.#pods.get(node)?.has(`${namespace}/${name}`) === true
      case 'persistentvolume': {
        const volume = this.#volumes.get(name)
        return volume !== undefined && namespace === '' && this.#reachesClaim(node, volume.claim)
      }
      case 'secret':
        return this.#refers(node, namespace, `secret/${name}`) || this.#byVolume(node, `${namespace}/${name}`)
      case 'volumeattachment':
      case 'resourceslice':
      case 'podcertificaterequest':
        return this.#named[kind].get(namespace === '' ? name : `${namespace}/${name}`) === node
      default:
        return this.#refers(node, namespace, `${kind}/${name}`)
    }
  }

  #refers(node: string, namespace: string, reference: string): boolean {
    for (const pod of this.#pods.get(node)?.values() ?? []) {
      if (pod.namespace !== namespace) continue
      let references = this.#references.get(pod)
      if (references === undefined) this.#references.set(pod, (references = referencesOf(pod.view())))
      if (references.has(reference)) return true
    }
    return false
  }

  #byVolume(node: string, secret: string): boolean {
    for (const name of this.#secrets.get(secret) ?? []) if (this.#reachesClaim(node, this.#volumes.get(name)!.claim)) return true
    return false
  }

  #reachesClaim(node: string, claim: string): boolean {
    const slash = claim.indexOf('/')
    return this.#refers(node, claim.slice(0, slash), `persistentvolumeclaim/${claim.slice(slash + 1)}`)
  }

  #follow(): void {
    this.#following = true
    const { pods, persistentVolumes, volumeAttachments, resourceSlices, podCertificateRequests } = this.#caches
    follow(pods, {
      set: (entry) => {
        const node = entry.field('spec.nodeName')
        if (node === '') return
        const own = this.#pods.get(node)
        if (own === undefined) this.#pods.set(node, new Map([[keyOf(entry), entry]]))
        else own.set(keyOf(entry), entry)
      },
      remove: (entry) => {
        const node = entry.field('spec.nodeName')
        const own = this.#pods.get(node)
        own?.delete(keyOf(entry))
        if (own?.size === 0) this.#pods.delete(node)
      },
      clear: () => this.#pods.clear(),
    })
    follow(persistentVolumes, {
      set: (entry) => this.#setVolume(entry.name, entry.view()),
      remove: (entry) => this.#setVolume(entry.name, undefined),
      clear: () => {
        this.#volumes.clear()
        this.#secrets.clear()
      },
    })
    this.#followNames(volumeAttachments, this.#named.volumeattachment)
    this.#followNames(resourceSlices, this.#named.resourceslice)
    this.#followNames(podCertificateRequests, this.#named.podcertificaterequest)
  }

  #followNames(cache: ResourceCache, nodes: Map<string, string>): void {
    follow(cache, {
      set: (entry) => {
        const node = textAt(entry.view(), 'spec.nodeName')
        if (node === '') nodes.delete(keyOf(entry))
        else nodes.set(keyOf(entry), node)
      },
      remove: (entry) => nodes.delete(keyOf(entry)),
      clear: () => nodes.clear(),
    })
  }

  #setVolume(name: string, volume: KubeObject | undefined): void {
    for (const secret of this.#volumes.get(name)?.secrets ?? []) {
      const users = this.#secrets.get(secret)
      users?.delete(name)
      if (users?.size === 0) this.#secrets.delete(secret)
    }
    this.#volumes.delete(name)
    const references = volume === undefined ? undefined : volumeReferences(volume)
    if (references === undefined) return
    this.#volumes.set(name, references)
    for (const secret of references.secrets) {
      const users = this.#secrets.get(secret)
      if (users === undefined) this.#secrets.set(secret, new Set([name]))
      else users.add(name)
    }
  }
}

const keyOf = ({ namespace, name }: Entry): string => (namespace === '' ? name : `${namespace}/${name}`)
