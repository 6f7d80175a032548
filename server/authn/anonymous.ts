import { groupUnauthenticated, userAnonymous, type Authenticator, type UserInfo } from './contract.ts'

const user: UserInfo = { name: userAnonymous, groups: [groupUnauthenticated] }

/**
 * Everyone who shows nothing at all (apiserver `request/anonymous`).
 * @param paths the only ones for which that is enough; empty: all
 */
export function anonymousAuthenticator(paths: readonly string[] = []): Authenticator {
  const allowed = new Set(paths)
  return {
    authenticate: ({ path = '', audiences }) =>
      allowed.size > 0 && !allowed.has(decoded(path)) ? undefined : audiences === undefined ? { user } : { user, audiences },
  }
}

function decoded(path: string): string {
  if (!path.includes('%')) return path
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
