import type { Authorizer } from './contract.ts'

/** Whoever decides now; requests that are under way end with whom they began. */
export class ReplaceableAuthorizer implements Authorizer {
  #now: Authorizer

  constructor(now: Authorizer) {
    this.#now = now
  }

  replace(by: Authorizer): void {
    this.#now = by
  }

  authorize: Authorizer['authorize'] = (user, attributes) => this.#now.authorize(user, attributes)

  rulesFor: NonNullable<Authorizer['rulesFor']> = (user, namespace) => this.#now.rulesFor!(user, namespace)
}
