import { isYes } from '../machinery/query.ts'
import type { Subresource } from '../registry/generic/resource.ts'
import { containerOf, kubeletOf, nodeOf } from './pod-kubelet.ts'
import { logQuery } from './pod-log-options.ts'
import type { ProxyOptions } from './subresources.ts'
import { urlHost } from './target.ts'

/** GET pods/{name}/log: the kubelet's /containerLogs, as it comes. */
export function podLog(o: ProxyOptions): Subresource {
  return {
    form: 'connect',
    methods: ['GET'],
    produces: ['text/plain'],
    connect: async ({ ctx, namespace, name, query }) => {
      // They are looked at before the pod is.
      const wanted = logQuery(name, query)
      const pod = (await o.store('pods').get(namespace, name)).object()
      const container = containerOf(pod, query.get('container') ?? '')
      // Not scheduled: there are no logs yet, and that is no error.
      if (nodeOf(pod) === '') return ctx.exchange.respond(204, {})
      const { target, addresses } = await kubeletOf(o, pod)
      const base = `/containerLogs/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/${encodeURIComponent(container)}`
      const path = wanted === '' ? base : `${base}?${wanted}`
      await o.forwarder.forward(ctx, {
        ...{ target, addresses, prefix: '', path },
        insecure: isYes(query.get('insecureSkipTLSVerifyBackend')),
        shownAs: `https://${urlHost(target.host)}:${target.port}${path}`,
      })
    },
  }
}
