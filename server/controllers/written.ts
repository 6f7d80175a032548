import type { KubeObject } from '../machinery/types.ts'

/**
 * The last version of each object that a controller wrote. A cache that shows an older one is behind: acting on it would
 * do things twice. The update that shows the newer one wakes the controller anyway.
 */
export class WrittenVersions {
  readonly #byKey = new Map<string, { uid: string; version: number }>()

  wrote(key: string, { metadata }: KubeObject): void {
    this.#byKey.set(key, { uid: metadata.uid ?? '', version: Number(metadata.resourceVersion) })
  }

  isStale(key: string, { metadata }: KubeObject): boolean {
    const written = this.#byKey.get(key)
    return written !== undefined && written.uid === metadata.uid && Number(metadata.resourceVersion) < written.version
  }

  forget(key: string): void {
    this.#byKey.delete(key)
  }
}
