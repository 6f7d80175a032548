import { isIP } from 'node:net'
import type { RequestContext } from '../request/context.ts'
import type { Forwarder } from '../proxy/forward.ts'
import type { ProxyTarget } from '../proxy/target.ts'
import type { Address } from './resolve.ts'
import { identityHeaders, type Upstream } from './upstream.ts'

/**
 * Hands requests on to servers behind APIServices, which may be anywhere: whoever writes an APIService says where.
 * @param withoutUid they are not told whose UID it is (the gate RemoteRequestHeaderUID is closed)
 */
export const aggregated =
  (forwarder: Forwarder, withoutUid = false) =>
  async (ctx: RequestContext, { host, port }: Address, { agent, servername }: Upstream): Promise<void> => {
    const target: ProxyTarget = { protocol: 'https:', host, port, asKubeletClient: false, anyAddress: true }
    const addresses = isIP(host) === 0 ? await forwarder.resolve(target) : [{ address: host, family: isIP(host) === 6 ? 6 : 4 } as const]
    const { path, search } = ctx.exchange
    const upstream = { agent, servername, headers: identityHeaders(withoutUid ? { ...ctx.user, uid: '' } : ctx.user) }
    await forwarder.forward(ctx, { target, addresses, prefix: '', path: search === '' ? path : `${path}?${search}`, upstream })
  }
