import type { TLSSocket } from 'node:tls'
import type { IncomingMessage } from 'node:http'

/** What a caller of the kubelet API shows of itself. */
export interface KubeletCredentials {
  /** DER of the client's certificate, verified or not. */
  peerCertificate: Buffer | undefined
  /** The certificate chains to the agent's client CA and is in its time. */
  verified: boolean
  bearer: string | undefined
}

export interface KubeletAction {
  method: string
  path: string
}

/** True lets the request in. Asked for everything but the open paths. */
export type Authorize = (credentials: KubeletCredentials, action: KubeletAction) => boolean | Promise<boolean>

/** Anybody with a certificate of the client CA: the API server, which has asked who its own caller is. */
export const byClientCertificate: Authorize = ({ verified }) => verified

export function credentialsOf(req: IncomingMessage): KubeletCredentials {
  const socket = req.socket as TLSSocket
  const certificate = socket.getPeerX509Certificate?.()
  const bearer = /^Bearer +(\S+) *$/i.exec(req.headers.authorization ?? '')?.[1]
  return { peerCertificate: certificate?.raw, verified: certificate !== undefined && socket.authorized, bearer }
}
