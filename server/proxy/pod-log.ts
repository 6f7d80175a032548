import { isYes, parseGoInt64, type Query } from '../machinery/query.ts'
import { badRequest, StatusError } from '../machinery/status.ts'
import type { Subresource } from '../registry/generic/resource.ts'
import { containerOf, kubeletOf, nodeOf } from './pod-kubelet.ts'
import type { ProxyOptions } from './subresources.ts'
import { urlHost } from './target.ts'

/** GET pods/{name}/log: the kubelet's /containerLogs, as it comes. */
export function podLog(o: ProxyOptions): Subresource {
  return {
    form: 'connect',
    methods: ['GET'],
    connect: async ({ ctx, namespace, name, query }) => {
      const pod = (await o.store('pods').get(namespace, name)).object()
      const container = containerOf(pod, query.get('container') ?? '')
      // Not scheduled: there are no logs yet, and that is no error.
      if (nodeOf(pod) === '') return ctx.exchange.respond(204, {})
      const { target, addresses } = await kubeletOf(o, pod)
      const base = `/containerLogs/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}/${encodeURIComponent(container)}`
      const wanted = logQuery(query)
      const path = wanted === '' ? base : `${base}?${wanted}`
      await o.forwarder.forward(ctx, {
        ...{ target, addresses, prefix: '', path },
        insecure: isYes(query.get('insecureSkipTLSVerifyBackend') ?? ''),
        shownAs: `https://${urlHost(target.host)}:${target.port}${path}`,
      })
    },
  }
}

/** PodLogOptions that the kubelet takes; numbers are checked here, as upstream validates them before it calls. */
function logQuery(query: Query): string {
  const out = new URLSearchParams()
  for (const name of ['follow', 'previous', 'timestamps'] as const) {
    const value = query.get(name)
    if (value !== undefined && isYes(value)) out.set(name, 'true')
  }
  for (const name of ['sinceSeconds', 'tailLines', 'limitBytes'] as const) {
    const value = query.get(name)
    if (value === undefined) continue
    if (parseGoInt64(value) === undefined) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(value)}: invalid syntax`)
    const least = name === 'tailLines' ? 0 : 1
    if (Number(value) < least) {
      const body = name === 'tailLines' ? 'must be greater than or equal to 0' : 'must be greater than 0'
      throw new StatusError(422, 'Invalid', `PodLogOptions "" is invalid: ${name}: Invalid value: ${value}: ${body}`, {
        kind: 'PodLogOptions',
        causes: [{ reason: 'FieldValueInvalid', message: `Invalid value: ${value}: ${body}`, field: name }],
      })
    }
    out.set(name, value)
  }
  const since = query.get('sinceTime')
  if (since !== undefined && since !== '') out.set('sinceTime', since)
  return out.toString()
}
