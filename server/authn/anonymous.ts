import { groupUnauthenticated, userAnonymous, type AuthenticationResult, type Authenticator } from './contract.ts'

const anonymous: AuthenticationResult = { user: { name: userAnonymous, groups: [groupUnauthenticated] } }

/** Everyone who shows nothing at all. */
export const anonymousAuthenticator: Authenticator = { authenticate: () => anonymous }
