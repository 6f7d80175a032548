import type { PodInfo } from './pod-info.ts'

interface Nomination {
  info: PodInfo
  nodeName: string
}

/** Pods that wait for a node on which room is being made for them: others of no higher priority leave them that room. */
export class NominatedPods {
  readonly #byUid = new Map<string, Nomination>()
  readonly #byNode = new Map<string, Map<string, PodInfo>>()

  /** '' takes it back. */
  set(info: PodInfo, nodeName: string): void {
    this.remove(info.uid)
    if (nodeName === '') return
    this.#byUid.set(info.uid, { info, nodeName })
    let pods = this.#byNode.get(nodeName)
    if (pods === undefined) this.#byNode.set(nodeName, (pods = new Map()))
    pods.set(info.uid, info)
  }

  /** A newer version of a pod that has no node; one that says nothing of a nomination keeps what was decided here. */
  seen(info: PodInfo, old: PodInfo | undefined): void {
    const said = info.pod.status?.nominatedNodeName ?? ''
    const before = old?.pod.status?.nominatedNodeName ?? ''
    this.set(info, said === '' && before === '' ? this.nodeOf(info.uid) : said)
  }

  remove(uid: string): void {
    const nomination = this.#byUid.get(uid)
    if (nomination === undefined) return
    this.#byUid.delete(uid)
    const pods = this.#byNode.get(nomination.nodeName)
    pods?.delete(uid)
    if (pods?.size === 0) this.#byNode.delete(nomination.nodeName)
  }

  /** '' for none. */
  nodeOf(uid: string): string {
    return this.#byUid.get(uid)?.nodeName ?? ''
  }

  on(nodeName: string): readonly PodInfo[] {
    // Asked for every node, and mostly there are none at all.
    const pods = this.#byNode.size === 0 ? undefined : this.#byNode.get(nodeName)
    return pods === undefined ? NONE : [...pods.values()]
  }
}

const NONE: readonly PodInfo[] = []
