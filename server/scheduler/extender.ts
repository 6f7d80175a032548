import { readFileSync } from 'node:fs'
import type { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest, type AgentOptions } from 'node:https'
import type { Container, Node, Pod } from '../client/objects.ts'
import { http } from '../machinery/node-http.ts'
import { serverIdentity } from '../machinery/server-identity.ts'
import type { ExtenderConfiguration } from './config/types.ts'
import type { NodeInfo } from './node-info.ts'
import { EXTENDER, unresolvable, unschedulable, type Extender, type RejectedNode, type Victims } from './framework.ts'

const DEFAULT_TIMEOUT_MS = 5000
/** An extender scores from 0 to 10, a plugin from 0 to 100. */
const SCALE = 10
/** What an extender may answer with at most. */
const MAX_ANSWER = 64 * 1024 * 1024

/**
 * A program that has a say in where pods go, asked over HTTP (kube-scheduler extender/v1; scheduler extender.go). Its types have no names for
 * JSON, so Go's are sent (`NodeNames`), and answers count in upper and lower case, as Go's decoder takes them.
 */
export class HttpExtender implements Extender {
  readonly name: string
  readonly isIgnorable: boolean
  readonly #c: ExtenderConfiguration
  readonly #managed: ReadonlySet<string>
  readonly #agent: HttpAgent | HttpsAgent
  readonly #signal: AbortSignal

  constructor(c: ExtenderConfiguration, signal: AbortSignal) {
    this.name = c.urlPrefix
    this.isIgnorable = c.ignorable === true
    this.#c = c
    this.#managed = new Set((c.managedResources ?? []).map((r) => r.name))
    this.#agent = c.urlPrefix.startsWith('https:') ? new HttpsAgent({ keepAlive: true, ...tlsOf(c) }) : new http.Agent({ keepAlive: true })
    this.#signal = signal
    signal.addEventListener('abort', () => this.#agent.destroy(), { once: true })
  }

  get filters(): boolean {
    return (this.#c.filterVerb ?? '') !== ''
  }
  get prioritizes(): boolean {
    return (this.#c.prioritizeVerb ?? '') !== ''
  }
  get preempts(): boolean {
    return (this.#c.preemptVerb ?? '') !== ''
  }
  get binds(): boolean {
    return (this.#c.bindVerb ?? '') !== ''
  }

  /** Extended resources that it looks after alone. */
  get ignoredResources(): readonly string[] {
    return (this.#c.managedResources ?? []).filter((r) => r.ignoredByScheduler === true).map((r) => r.name)
  }

  /** Whether the pod asks for a resource that the extender manages; one that manages none takes part in all. */
  isInterested({ spec }: Pod): boolean {
    if (this.#managed.size === 0) return true
    const asks = ({ resources }: Container): boolean =>
      [resources?.requests, resources?.limits].some((list) => Object.keys(list ?? {}).some((name) => this.#managed.has(name)))
    return [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some(asks)
  }

  /** The nodes that it leaves, and those that it does not. @throws Error when it cannot be asked, or says that it failed */
  async filter(pod: Pod, nodes: readonly NodeInfo[]): Promise<{ left: NodeInfo[]; rejected: RejectedNode[] }> {
    const answer = inLowerCase<FilterAnswer>(await this.#send(this.#c.filterVerb!, this.#about(pod, nodes)))
    if (answer.error) throw new Error(answer.error)
    const byName = new Map(nodes.map((n) => [n.name, n]))
    const named =
      this.#c.nodeCacheCapable === true && answer.nodenames != null
        ? answer.nodenames
        : answer.nodes?.items?.map((n) => n.metadata.name ?? '')
    const left = (named ?? []).map((name) => {
      const node = byName.get(name)
      if (node === undefined)
        throw new Error(`extender "${this.name}" claims a filtered node "${name}" which is not found in the input node list`)
      return node
    })
    const why = (map: Record<string, string> | null | undefined, reject: typeof unschedulable): RejectedNode[] =>
      Object.entries(map ?? {}).flatMap(([name, reason]) => {
        const node = byName.get(name)
        return node === undefined ? [] : [{ node, plugin: EXTENDER, rejection: reject(reason) }]
      })
    const hopeless = why(answer.failedandunresolvablenodes, unresolvable)
    const known = new Set(hopeless.map((r) => r.node.name))
    return { left, rejected: [...hopeless, ...why(answer.failednodes, unschedulable).filter((r) => !known.has(r.node.name))] }
  }

  /** What it adds to each node's score, weight included. */
  async prioritize(pod: Pod, nodes: readonly NodeInfo[]): Promise<ReadonlyMap<string, number>> {
    const list = (await this.#send(this.#c.prioritizeVerb!, this.#about(pod, nodes))) as readonly unknown[] | null
    const scores = (list ?? []).map((one) => inLowerCase<{ host?: string; score?: number }>(one))
    return new Map(scores.map(({ host = '', score = 0 }) => [host, score * (this.#c.weight ?? 0) * SCALE]))
  }

  /** What is left of the nodes on which pods would make room for another, and of those pods. */
  async preempt(pod: Pod, candidates: readonly Victims[]): Promise<Victims[]> {
    const byNode = (of: (c: Victims) => unknown): Record<string, unknown> => Object.fromEntries(candidates.map((c) => [c.node.name, of(c)]))
    const ids = (c: Victims) => ({ Pods: c.victims.map((v) => ({ UID: v.uid })), NumPDBViolations: c.violations })
    const whole = (c: Victims) => ({ Pods: c.victims.map((v) => v.pod), NumPDBViolations: c.violations })
    const args =
      this.#c.nodeCacheCapable === true
        ? { NodeNameToVictims: null, NodeNameToMetaVictims: byNode(ids) }
        : { NodeNameToVictims: byNode(whole), NodeNameToMetaVictims: null }
    const answer = await this.#send(this.#c.preemptVerb!, JSON.stringify({ Pod: pod, ...args }))
    const { nodenametometavictims } = inLowerCase<{ nodenametometavictims?: Record<string, unknown> | null }>(answer)
    return Object.entries(nodenametometavictims ?? {}).map(([name, one]) => {
      const meta = inLowerCase<{ pods?: readonly unknown[] | null; numpdbviolations?: number }>(one)
      const node = candidates.find((c) => c.node.name === name)?.node
      if (node === undefined) throw new Error(`nodeinfo not found for node name "${name}"`)
      const victims = (meta.pods ?? []).map((id) => {
        const { uid = '' } = inLowerCase<{ uid?: string }>(id)
        const victim = node.pods.get(uid)
        if (victim !== undefined) return victim
        throw new Error(
          `extender: ${this.name} claims to preempt pod (UID: ${uid}) on node: ${name}, but the pod is not found on that node`,
        )
      })
      if (victims.length === 0) throw new Error(`expected at least one victim pod on node "${name}"`)
      return { node, victims, violations: meta.numpdbviolations ?? 0 }
    })
  }

  async bind({ metadata }: Pod, nodeName: string): Promise<void> {
    const binding = { PodName: metadata.name, PodNamespace: metadata.namespace, PodUID: metadata.uid, Node: nodeName }
    const { error } = inLowerCase<{ error?: string }>(await this.#send(this.#c.bindVerb!, JSON.stringify(binding)))
    if (error) throw new Error(error)
  }

  #about(pod: Pod, nodes: readonly NodeInfo[]): string {
    if (this.#c.nodeCacheCapable === true) return JSON.stringify({ Pod: pod, Nodes: null, NodeNames: nodes.map((n) => n.name) })
    return `{"Pod":${JSON.stringify(pod)},"Nodes":{"metadata":{},"items":[${nodes.map((n) => jsonOf(n.node!)).join()}]},"NodeNames":null}`
  }

  #send(verb: string, body: string): Promise<unknown> {
    const url = new URL(`${this.name.replace(/\/+$/, '')}/${verb}`)
    const timeout = AbortSignal.timeout(this.#c.httpTimeout || DEFAULT_TIMEOUT_MS)
    const { promise, resolve, reject } = Promise.withResolvers<unknown>()
    const options = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      agent: this.#agent,
      signal: AbortSignal.any([this.#signal, timeout]),
    }
    const fail = (e: Error): void => {
      const why = timeout.aborted ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)' : e.message
      reject(new Error(`Post "${url.href}": ${why}`, { cause: e }))
    }
    const req = (url.protocol === 'https:' ? httpsRequest : http.request)(url, options, (res) => {
      const chunks: Buffer[] = []
      let size = 0
      res.on('data', (chunk: Buffer) => {
        size += chunk.length
        if (size > MAX_ANSWER) req.destroy(new Error('the answer is too large'))
        else chunks.push(chunk)
      })
      res.on('error', fail)
      res.on('end', () => {
        if (res.statusCode !== 200) return reject(new Error(`failed ${verb} with extender at URL ${url.href}, code ${res.statusCode}`))
        try {
          resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')))
        } catch (e) {
          reject(e instanceof Error ? e : new Error(String(e)))
        }
      })
    })
    req.on('error', fail)
    req.end(body)
    return promise
  }
}

interface FilterAnswer {
  nodes?: { items?: Node[] } | null
  nodenames?: string[] | null
  failednodes?: Record<string, string> | null
  failedandunresolvablenodes?: Record<string, string> | null
  error?: string
}

/** An answer's fields in lower case, in whatever case they came; what is no object has none. */
function inLowerCase<T extends object>(answer: unknown): Partial<T> {
  const fields = Object.entries(typeof answer === 'object' && answer !== null ? answer : {})
  return Object.fromEntries(fields.map(([name, value]) => [name.toLowerCase(), value as unknown])) as Partial<T>
}

/** A node is the same for pod after pod. */
const texts = new WeakMap<Node, string>()

function jsonOf(node: Node): string {
  let text = texts.get(node)
  if (text === undefined) texts.set(node, (text = JSON.stringify(node)))
  return text
}

/** Without a certificate authority whoever answers is believed, as in the original. */
function tlsOf({ enableHTTPS, tlsConfig: t = {} }: ExtenderConfiguration): AgentOptions {
  const part = (data: string | undefined, file: string | undefined): string | undefined => {
    if (data !== undefined && data !== '') return Buffer.from(data, 'base64').toString('utf8')
    return file === undefined || file === '' ? undefined : readFileSync(file, 'utf8')
  }
  const [ca, cert, key] = [part(t.caData, t.caFile), part(t.certData, t.certFile), part(t.keyData, t.keyFile)]
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(t.serverName === undefined || t.serverName === '' ? {} : { servername: t.serverName }),
    checkServerIdentity: serverIdentity,
    rejectUnauthorized: t.insecure !== true && !(enableHTTPS === true && ca === undefined),
  }
}
