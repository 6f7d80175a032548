import { createHmac } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { dropManagedFields } from '../../client/informer.ts'
import { CONFIG_MAPS, SECRETS } from '../../client/resource.ts'
import { isStatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { startWorkers } from '../../machinery/workers.ts'
import { unlessConflict, type Controller } from '../controller.ts'
import { signingToken, TOKENS, type Secret } from '../token-cleaner/bootstrap-tokens.ts'

interface ConfigMap extends KubeObject {
  data?: Record<string, string>
}

const PLACE = { namespace: 'kube-public', name: 'cluster-info' } as const
const SIGNATURE = 'jws-kubeconfig-'
const KEY = `${PLACE.namespace}/${PLACE.name}`

/** A JWS (RFC 7515, appendix F: detached) of the content by a token. */
export function detachedSignature(content: string, id: string, secret: string): string {
  const part = (text: string): string => Buffer.from(text, 'utf8').toString('base64url')
  const header = part(JSON.stringify({ alg: 'HS256', kid: id }))
  return `${header}..${createHmac('sha256', secret)
    .update(`${header}.${part(content)}`)
    .digest('base64url')}`
}

/** Signs the kubeconfig in kube-public/cluster-info with each bootstrap token, so that who joins with a token can trust it. */
export const bootstrapSignerController: Controller = {
  name: 'bootstrap-signer-controller',
  account: 'bootstrap-signer',
  disabledByDefault: true,
  async start(ctx) {
    const { client, clock, signal } = ctx
    const queue = ctx.workQueue('bootstrap_signer_queue')
    const select = { namespace: PLACE.namespace, fieldSelector: `metadata.name=${PLACE.name}` }
    const maps = ctx.informers.informer<ConfigMap>(CONFIG_MAPS, { select, transform: dropManagedFields })
    const secrets = ctx.informers.informer<Secret>(SECRETS, { select: TOKENS, transform: dropManagedFields })
    const look = (): void => queue.add(KEY)
    maps.addHandler({ added: look, updated: look })
    secrets.addHandler({ added: look, updated: look, deleted: look })
    await Promise.all([maps.synced(), secrets.synced()])
    startWorkers({
      queue,
      workers: 1,
      signal,
      onError: unlessConflict(ctx, (key) => `configmap ${key}`),
      async sync() {
        const map = maps.lister.getByKey(KEY)
        const content = map?.data?.kubeconfig
        if (map === undefined || content === undefined) return
        const data = Object.fromEntries(Object.entries(map.data ?? {}).filter(([key]) => !key.startsWith(SIGNATURE)))
        for (const secret of secrets.lister.list()) {
          const token = signingToken(secret, clock.now())
          if (token !== undefined) data[SIGNATURE + token.id] = detachedSignature(content, token.id, token.secret)
        }
        if (isDeepStrictEqual(data, map.data)) return
        try {
          await client.resource<ConfigMap>(CONFIG_MAPS).update({ ...map, apiVersion: 'v1', kind: 'ConfigMap', data }, { signal })
        } catch (e) {
          if (!isStatusError(e, 'NotFound')) throw e
        }
      },
    })
  },
}
