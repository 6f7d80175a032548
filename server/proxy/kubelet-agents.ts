import { Agent as HttpsAgent } from 'node:https'
import { serverIdentity } from '../machinery/server-identity.ts'
import { paced } from './paced-socket.ts'

/** What the API server shows to kubelets, as PEM. */
interface ClientCertificate {
  readonly cert: string
  readonly key: string
}

/** How the API server reaches kubelets. */
export interface KubeletAccess extends ClientCertificate {
  /** PEM of the CAs whose certificates they must have; absent: any certificate is good. */
  readonly ca?: string
  /** Shown to those of this process, who know no other; absent: the same as to all. */
  readonly own?: ClientCertificate
}

interface Agents {
  readonly checked: HttpsAgent
  /** The same, where the caller wants no check. */
  readonly unchecked: HttpsAgent
  /** Of this process, whose certificates are their own. */
  readonly own: HttpsAgent
}

/** Connections to kubelets, kept between requests. */
export class KubeletAgents {
  #now: Agents

  constructor(access: KubeletAccess) {
    this.#now = agentsOf(access)
  }

  /**
   * Shows and wants another certificate from the next request on. What is under way goes on: who asks was let in when it began (client-go
   * `transport/cert_rotation.go` ends it as well).
   */
  use(access: KubeletAccess): void {
    const before = this.#now
    this.#now = agentsOf(access)
    for (const agent of agentsIn(before)) retire(agent)
  }

  of({ own, insecure }: { own: boolean; insecure: boolean }): HttpsAgent {
    return own ? this.#now.own : insecure ? this.#now.unchecked : this.#now.checked
  }

  close(): void {
    for (const agent of agentsIn(this.#now)) agent.destroy()
  }
}

const agentsIn = ({ checked, unchecked, own }: Agents): Set<HttpsAgent> => new Set([checked, unchecked, own])

function agentsOf({ cert, key, ca, own }: KubeletAccess): Agents {
  const agent = { keepAlive: true, maxFreeSockets: 64, cert, key }
  const unchecked = paced(new HttpsAgent({ ...agent, rejectUnauthorized: false }))
  return {
    unchecked,
    checked: ca === undefined ? unchecked : paced(new HttpsAgent({ ...agent, ca, checkServerIdentity: serverIdentity })),
    own: own === undefined ? unchecked : paced(new HttpsAgent({ ...agent, ...own, rejectUnauthorized: false })),
  }
}

/** Ends the connections that nothing goes over, and the others when they are done. */
export function retire(agent: HttpsAgent): void {
  agent.maxFreeSockets = 0
  for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy()
}
