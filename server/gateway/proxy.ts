import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { Contexts } from './contexts.ts'
import { discard } from './discard.ts'
import { requestHeaders, responseHeaders } from './headers.ts'
import type { ClusterRoute } from './route.ts'

/**
 * Carries one request to a cluster and its answer back, as bytes, in both directions no faster than the slower side takes them. When
 * the browser goes, the request to the cluster ends; when the cluster dies in the middle, so does the browser's connection.
 */
export async function proxyToCluster(contexts: Contexts, route: ClusterRoute, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const gone = new AbortController()
  res.once('close', () => gone.abort())
  const upstream = await contexts.upstream(route.context)
  const answer = await upstream.send({
    method: req.method ?? 'GET',
    path: route.path,
    headers: requestHeaders(req.headers),
    body: hasBody(req) ? req : undefined,
    signal: gone.signal,
  })
  if (res.destroyed) {
    discard(answer.body)
    return
  }
  res.writeHead(answer.status, responseHeaders(answer.headers, upstream.server, route.prefix))
  res.flushHeaders()
  // A long answer is a sign of life, too. The pipeline decides when the body flows.
  answer.body.pause()
  answer.body.on('data', () => upstream.connection?.heard())
  await pipeline(answer.body, res).catch(() => res.destroy())
}

function hasBody(req: IncomingMessage): boolean {
  return req.headers['transfer-encoding'] !== undefined || Number(req.headers['content-length'] ?? 0) > 0
}
