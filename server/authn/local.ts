import { localUser, type Authenticator, type UserInfo } from './contract.ts'

/** Calls inside the process say themselves who they are. */
export const localAuthenticator: Authenticator = {
  authenticate({ connection }) {
    const user = connection.memo.get(localUser) as UserInfo | undefined
    return user === undefined ? undefined : { user }
  },
}
