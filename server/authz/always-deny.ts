import type { Authorizer } from './contract.ts'

/** `--authorization-mode=AlwaysDeny`; no opinion rather than deny, so that it binds only those whom nobody else allows. */
export const alwaysDenyAuthorizer: Authorizer = {
  name: 'alwaysdeny',
  authorize: () => ({ decision: 'no-opinion', reason: 'Everything is forbidden.' }),
}
