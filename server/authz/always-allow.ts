import { allow, type Authorizer } from './contract.ts'

/** `--authorization-mode=AlwaysAllow`. */
export const alwaysAllowAuthorizer: Authorizer = { authorize: () => allow }
