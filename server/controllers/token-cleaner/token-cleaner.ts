import { dropManagedFields } from '../../client/informer.ts'
import { SECRETS } from '../../client/resource.ts'
import { keyOf } from '../../client/store.ts'
import { isStatusError } from '../../machinery/status.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'
import { timeLeft, TOKENS, type Secret } from './bootstrap-tokens.ts'

/** Deletes bootstrap tokens when they expire. */
export const tokenCleanerController: Controller = {
  name: 'token-cleaner-controller',
  account: 'token-cleaner',
  disabledByDefault: true,
  async start(ctx) {
    const queue = ctx.workQueue('token_cleaner')
    const secrets = ctx.informers.informer<Secret>(SECRETS, { select: TOKENS, transform: dropManagedFields })
    const look = (secret: Secret): void => queue.add(keyOf(secret))
    secrets.addHandler({ added: look, updated: look })
    await secrets.synced()
    startWorkers({
      queue,
      workers: 1,
      signal: ctx.signal,
      onError: unlessConflict(ctx, (key) => `secret ${key}`),
      async sync(key) {
        const secret = secrets.lister.getByKey(key)
        const left = secret === undefined ? undefined : timeLeft(secret, ctx.clock.now())
        if (secret === undefined || left === undefined) return
        if (left > 0) return queue.addAfter(key, left)
        const { name = '', namespace, uid } = secret.metadata
        try {
          await ctx.client
            .resource(SECRETS)
            .delete(name, { namespace, preconditions: uid === undefined ? {} : { uid }, signal: ctx.signal })
        } catch (e) {
          if (!isStatusError(e, 'NotFound') && !isStatusError(e, 'Conflict')) throw e
        }
      },
    })
  },
}
