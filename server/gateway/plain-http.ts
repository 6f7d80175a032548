import type { ContextInfo } from './contract.ts'
import { type KubeContext, text } from './kubeconfig.ts'
import type { Fields } from './kubeconfig-file.ts'

/** Whom the cluster is asked to take the user for is no secret, and client-go sends it in any case. */
const named = new Set(['as', 'as-uid', 'as-groups', 'as-user-extra'])

const isPlain = ({ cluster }: KubeContext): boolean => text(cluster.server).startsWith('http:')

const hasCredentials = ({ user }: KubeContext): boolean => Object.keys(user).some((field) => !named.has(field))

/**
 * The fields of a context's user that count for its cluster. Over plain HTTP nobody's credentials are sent, and no plugin is asked for any:
 * whoever listens on the way could use them (client-go, `DirectClientConfig.ClientConfig` reads them "if we are secure" only).
 */
export function sentUser(context: KubeContext): Fields {
  if (!isPlain(context)) return context.user
  return Object.fromEntries(Object.entries(context.user).filter(([field]) => named.has(field)))
}

/** Why the cluster sees nobody signed in although the kubeconfig has credentials, with what to do; undefined when it sees them. */
export function withheld(context: KubeContext): string | undefined {
  if (!isPlain(context) || !hasCredentials(context)) return undefined
  const { clusterName, userName, cluster } = context
  return `the credentials of user "${userName}" are not sent over plain HTTP, where anybody on the way could read them: give cluster "${clusterName}" an https address in the place of ${text(cluster.server)}`
}

/** What there is to say of a context because of plain HTTP. `kubectl proxy` on this machine is used without credentials, and no news. */
export function plainHttp(context: KubeContext): ContextInfo['plain'] {
  if (!isPlain(context)) return undefined
  if (hasCredentials(context)) return 'withheld'
  return isLoopback(text(context.cluster.server)) ? undefined : 'open'
}

function isLoopback(server: string): boolean {
  const name = URL.canParse(server) ? new URL(server).hostname : ''
  return name === 'localhost' || name === '[::1]' || /^127(\.\d+){3}$/.test(name)
}
