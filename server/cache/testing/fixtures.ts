import type { StorageEvent } from '../../storage/contract.ts'
import { anyFields, parseFieldSelector } from '../../machinery/fields.ts'
import { everything, parseLabelSelector } from '../../machinery/labels.ts'
import type { CacheSchema } from '../entry.ts'
import { withResourceVersion } from '../stored-json.ts'
import type { FrameEncoder, Selection, WatchOutput } from '../watchers.ts'

/** Pods as the cache sees them, without the registry. */
export const podSchema: CacheSchema = {
  prefix: '/registry/pods/',
  namespaced: true,
  fieldNames: ['spec.nodeName'],
  indexOf: (obj) => ({ labels: obj.metadata.labels, fields: [(obj.spec as { nodeName?: string } | undefined)?.nodeName ?? ''] }),
  decode: withResourceVersion,
}

export const keyOf = (path: string): string => podSchema.prefix + path

export function stored(path: string, labels: Record<string, string> = {}, nodeName?: string): Buffer {
  const [namespace, name] = path.split('/')
  return Buffer.from(
    JSON.stringify({
      kind: 'Pod',
      apiVersion: 'v1',
      metadata: { name, namespace, labels },
      spec: nodeName === undefined ? {} : { nodeName },
    }),
  )
}

export function put(
  revision: number,
  path: string,
  labels: Record<string, string> = {},
  nodeName?: string,
  createRevision = revision,
): StorageEvent {
  return { type: 'put', key: keyOf(path), value: stored(path, labels, nodeName), revision, createRevision }
}

export const del = (revision: number, path: string): StorageEvent => ({ type: 'delete', key: keyOf(path), revision })

export function selection(o: { namespace?: string; labels?: string; fields?: string } = {}): Selection {
  return {
    namespace: o.namespace ?? '',
    labels: o.labels === undefined ? everything : parseLabelSelector(o.labels),
    fields: o.fields === undefined ? anyFields : parseFieldSelector(o.fields),
  }
}

/** Frames a reader can compare: `ADDED a/b@12`. */
export const textFrames: FrameEncoder & { made: number } = {
  key: 'text',
  made: 0,
  event(type, e) {
    textFrames.made++
    return Buffer.from(`${type} ${e.namespace}/${e.name}@${e.revision}`)
  },
  bookmark: (revision, end) => Buffer.from(`BOOKMARK${end ? ' end' : ''} @${revision}`),
}

/** A client whose stream can be made to fill up. */
export class TestOutput implements WatchOutput {
  readonly got: string[] = []
  ended = false
  /** Writes that are still taken before the stream says that it is full. */
  room = Number.POSITIVE_INFINITY
  #drain: (() => void) | undefined

  write(chunk: Buffer): boolean {
    this.got.push(chunk.toString())
    this.room--
    return this.room > 0
  }

  onDrain(callback: () => void): void {
    this.#drain = callback
  }

  end(): void {
    this.ended = true
  }

  drain(room = Number.POSITIVE_INFINITY): void {
    this.room = room
    const go = this.#drain
    this.#drain = undefined
    go?.()
  }
}
