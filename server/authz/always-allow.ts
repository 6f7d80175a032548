import { allow, allRules, type Authorizer } from './contract.ts'

/** `--authorization-mode=AlwaysAllow`. */
export const alwaysAllowAuthorizer: Authorizer = { authorize: () => allow, rulesFor: () => allRules }
