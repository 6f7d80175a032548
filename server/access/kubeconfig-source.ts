import type { HttpTransportOptions } from '../client/http-transport.ts'
import { readKubeconfigContext, type KubeconfigContext } from '../webhook/kubeconfig-context.ts'
import type { JsonObject } from '../machinery/json-walk.ts'

/** A cluster as a kubeconfig names it, with the credentials that this command acts with. */
export interface Source {
  readonly transport: HttpTransportOptions
  /** The `cluster` of the kubeconfig that is made: with the CA in it. */
  readonly cluster: JsonObject
  readonly clusterName: string
}

/** One context of a kubeconfig. Throws an Error of one sentence. */
export function readSource(file: string, context: string): Source {
  const { clusterName, basic, ...transport } = contextOf(file, context)
  if (basic !== undefined) throw new Error(`the user of ${file} logs in by username, which this command cannot`)
  const { server, ca, insecureSkipTlsVerify: insecure, tlsServerName } = transport
  return {
    ...{ clusterName, transport },
    cluster: {
      server,
      ...(ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') }),
      ...(insecure === true ? { 'insecure-skip-tls-verify': true } : {}),
      ...(tlsServerName === undefined ? {} : { 'tls-server-name': tlsServerName }),
    },
  }
}

function contextOf(file: string, context: string): KubeconfigContext {
  try {
    return readKubeconfigContext(file, context)
  } catch (e) {
    const { message } = e as Error
    throw new Error(message.startsWith('cannot read') ? `${message}; is the server running? --kubeconfig names another file` : message, {
      cause: e,
    })
  }
}
