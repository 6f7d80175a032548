import type { KubeObject } from '../machinery/types.ts'
import { apiVersionOf } from '../machinery/types.ts'
import { isStatusError } from '../machinery/status.ts'
import { groupVersionPath, resourcePath, type ResourceId } from '../client/resource.ts'
import type { ControllerContext } from './controller.ts'
import { discover } from './discovery.ts'

export interface ScaleObject extends KubeObject {
  spec?: { replicas?: number }
  status?: { replicas?: number; selector?: string }
}

/** A kind that has no scale. The message is the disruption controller's. */
export class NoScale extends Error {
  constructor({ group, resource }: ResourceId, cause: unknown) {
    super(`${group === '' ? resource : `${resource}.${group}`} does not implement the scale subresource`, { cause })
  }
}

/** Any kind's replicas, through its scale subresource. */
export class Scales {
  readonly #ctx: Pick<ControllerContext, 'client' | 'signal'>
  #byKind = new Map<string, ResourceId>()

  constructor(ctx: Pick<ControllerContext, 'client' | 'signal'>) {
    this.#ctx = ctx
  }

  /**
   * The resource of a kind, in the version that its group prefers: `version` is what an error says was looked for, undefined for any.
   * @throws Error for one that the server does not have (apimachinery meta.NoKindMatchError)
   */
  async resourceOf(group: string, version: string | undefined, kind: string): Promise<ResourceId> {
    const key = `${kind}.${group}`
    if (!this.#byKind.has(key)) {
      const { resources } = await discover(this.#ctx.client, this.#ctx.signal)
      this.#byKind = new Map(resources.map((r) => [`${r.kind}.${r.group}`, r]))
    }
    const found = this.#byKind.get(key)
    if (found === undefined) {
      const where = version === undefined ? `group "${group}"` : `version "${apiVersionOf(group, version)}"`
      throw new Error(`no matches for kind "${kind}" in ${where}`)
    }
    return found
  }

  /** Undefined when there is no object of that name. @throws NoScale */
  async get(id: ResourceId, namespace: string, name: string): Promise<ScaleObject | undefined> {
    const { client, signal } = this.#ctx
    try {
      return await client.resource<ScaleObject>(id).get(name, { namespace, subresource: 'scale', signal })
    } catch (e) {
      if (!isStatusError(e, 'NotFound')) throw e
      if (await this.#hasScale(id)) return undefined
      throw new NoScale(id, e)
    }
  }

  async update(id: ResourceId, namespace: string, scale: ScaleObject): Promise<void> {
    const { client, signal } = this.#ctx
    const name = scale.metadata.name ?? ''
    const path = resourcePath(id, { namespace, name, subresource: 'scale' })
    const body = Buffer.from(JSON.stringify(scale))
    await client.raw({ method: 'PUT', path, headers: { 'content-type': 'application/json' }, body, signal })
  }

  async #hasScale({ group, version, resource }: ResourceId): Promise<boolean> {
    const { client, signal } = this.#ctx
    const path = groupVersionPath(group, version)
    const answer = await client.raw({ method: 'GET', path, headers: { accept: 'application/json' }, signal })
    const { resources = [] } = JSON.parse(answer.body.toString('utf8')) as { resources?: { name: string; kind: string }[] }
    return resources.some((r) => r.name === `${resource}/scale` && r.kind === 'Scale')
  }
}
