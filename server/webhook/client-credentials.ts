import type { KubeconfigUser } from './kubeconfig-context.ts'

/** What is shown to a webhook at `host:port`; undefined: nothing. */
export type ClientCredentials = (hostPort: string) => KubeconfigUser | undefined

const HTTPS = ':443'

/**
 * Users of a kubeconfig by the webhooks that they are for (apiserver `util/webhook/authentication.go`): the address itself, then
 * `*.` and the end of it, both without the port as well where that is 443, then `*`, then the user of the current context.
 */
export function clientCredentials(users: ReadonlyMap<string, KubeconfigUser>, current: string): ClientCredentials {
  return (hostPort) => {
    const bare = hostPort.endsWith(HTTPS) ? [hostPort.slice(0, -HTTPS.length)] : []
    for (const target of [hostPort, ...bare]) {
      for (const name of names(target)) {
        const user = users.get(name)
        if (user !== undefined) return user
      }
    }
    return users.get('*') ?? users.get(current)
  }
}

function names(target: string): readonly string[] {
  const steps = target.split('.')
  return [target, ...steps.slice(1).map((_, i) => `*.${steps.slice(i + 1).join('.')}`)]
}
