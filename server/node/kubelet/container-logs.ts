import type { ServerResponse } from 'node:http'
import type { Clock } from '../../machinery/clock.ts'
import { woken } from '../../machinery/woken.ts'
import { ContainerNotFoundError, type LogEntry, type Runtime } from '../runtime.ts'
import type { ContainerStatus, Pod } from '../types.ts'
import { send, type KubeletRequest } from './http.ts'
import { parseLogOptions, type PodLogOptions } from './log-options.ts'

export interface ContainerLogsContext {
  clock: Clock
  runtime: Runtime
  find(namespace: string, name: string): Pod | undefined
}

/** GET /containerLogs/{namespace}/{pod}/{container}: what the container wrote, as it writes it with `follow`. */
export async function containerLogs(
  ctx: ContainerLogsContext,
  req: KubeletRequest,
  res: ServerResponse,
  params: readonly string[],
): Promise<void> {
  const [namespace, podName, containerName] = params as [string, string, string]
  const parsed = parseLogOptions(req.query)
  if ('status' in parsed) return send(res, parsed.status, parsed.message)
  const pod = ctx.find(namespace, podName)
  if (pod === undefined) return send(res, 404, `pod ${JSON.stringify(podName)} does not exist`)
  const known = [...(pod.spec.initContainers ?? []), ...pod.spec.containers, ...(pod.spec.ephemeralContainers ?? [])]
  if (!known.some((c) => c.name === containerName)) {
    return send(res, 404, `container ${JSON.stringify(containerName)} not found in pod ${JSON.stringify(podName)}`)
  }
  const target = targetOf(pod, containerName, parsed.options.previous)
  if ('error' in target) return send(res, 400, target.error)
  await stream(ctx, target.id, parsed.options, req, res)
}

/** The runtime's id of the container to read, or why there is none (the kubelet's texts). */
export function targetOf(pod: Pod, name: string, previous: boolean): { id: string } | { error: string } {
  const status = [...(pod.status?.containerStatuses ?? []), ...(pod.status?.initContainerStatuses ?? [])].find((s) => s.name === name)
  const where = `container ${JSON.stringify(name)} in pod ${JSON.stringify(pod.metadata.name)}`
  if (status === undefined) return { error: `${where} is not available` }
  const id = previous ? status.lastState.terminated?.containerID : currentId(status)
  if (id !== undefined && id !== '') return { id: id.slice(id.indexOf('://') + 3) }
  if (previous) return { error: `previous terminated ${where} not found` }
  if (status.state.terminated !== undefined) return { error: `${where} is terminated` }
  const reason = status.state.waiting?.reason
  if (reason === 'ErrImagePull') return { error: `${where} is waiting to start: image can't be pulled` }
  if (reason === 'ImagePullBackOff') return { error: `${where} is waiting to start: trying and failing to pull image` }
  return { error: reason === undefined ? `${where} is waiting to start - no logs yet` : `${where} is waiting to start: ${reason}` }
}

const currentId = (s: ContainerStatus): string | undefined =>
  s.state.running !== undefined ? s.containerID : (s.state.terminated?.containerID ?? s.lastState.terminated?.containerID)

async function stream(ctx: ContainerLogsContext, id: string, o: PodLogOptions, req: KubeletRequest, res: ServerResponse): Promise<void> {
  const since = o.sinceTime ?? (o.sinceSeconds === undefined ? undefined : ctx.clock.now() - o.sinceSeconds * 1000)
  const entries = ctx.runtime.logs(id, {
    follow: o.follow,
    signal: req.signal,
    ...(since === undefined ? {} : { since }),
    ...(o.tailLines === undefined ? {} : { tail: o.tailLines }),
  })
  let left = o.limitBytes ?? Number.POSITIVE_INFINITY
  try {
    if (o.follow) res.writeHead(200).flushHeaders()
    for await (const entry of entries) {
      if (!res.headersSent) res.writeHead(200)
      const bytes = formatEntry(entry, o.timestamps)
      const piece = bytes.length > left ? bytes.subarray(0, left) : bytes
      left -= piece.length
      if (!res.write(piece)) await woken((wake) => res.once('drain', wake), req.signal)
      if (left <= 0) break
    }
    if (!res.headersSent) res.writeHead(200)
    res.end()
  } catch (e) {
    if (e instanceof ContainerNotFoundError && !res.headersSent) {
      return send(res, 400, `unable to retrieve container logs for ${ctx.runtime.name}://${id}`)
    }
    throw e
  }
}

/** RFC 3339 with nine digits, a space, the line: `--timestamps` as the kubelet prints it. */
export function formatEntry(entry: LogEntry, timestamps: boolean): Buffer {
  const line = `${entry.text}\n`
  return Buffer.from(timestamps ? `${new Date(entry.time).toISOString().slice(0, 23)}000000Z ${line}` : line)
}
