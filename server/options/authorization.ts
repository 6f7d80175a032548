import type { Family } from './flag.ts'

export interface AuthorizationOptions {
  /** In the order they are asked. */
  authorizationMode: readonly string[]
}

/** What each of kube-apiserver's modes means here; undefined: not supported. */
const modes: Readonly<Record<string, true | undefined>> = {
  AlwaysAllow: true,
  AlwaysDeny: true,
  RBAC: true,
  Node: true,
  ABAC: undefined,
  Webhook: undefined,
}

export const authorization: Family<AuthorizationOptions> = {
  title: 'Authorization',
  defaults: { authorizationMode: ['Node', 'RBAC'] },
  flags: {
    'authorization-mode': {
      field: 'authorizationMode',
      type: 'strings',
      help: 'AlwaysAllow, AlwaysDeny, Node, RBAC. Members of system:masters may do everything in every mode.',
    },
  },
  validate({ authorizationMode: chosen }) {
    if (chosen.length === 0) return ['at least one authorization-mode must be passed']
    const errors: string[] = []
    for (const mode of new Set(chosen)) {
      if (!Object.hasOwn(modes, mode)) errors.push(`authorization-mode ${JSON.stringify(mode)} is not a valid mode`)
      else if (modes[mode] === undefined) errors.push(`authorization-mode ${JSON.stringify(mode)} is not supported by this server`)
      if (chosen.filter((m) => m === mode).length > 1) errors.push(`authorization-mode ${JSON.stringify(mode)} is given more than once`)
    }
    return errors
  },
}
