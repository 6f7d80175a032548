import type { Client } from '../../client/client.ts'
import {
  foreignResourceClaim,
  POD_CLAIM_ANNOTATION,
  resourceClaimName,
  type PodResourceClaim,
  type ResourceClaim,
  type ResourceClaimTemplate,
} from '../../client/objects-resource.ts'
import type { Pod } from '../../client/objects.ts'
import { leavesOpen } from '../../client/outcome.ts'
import { RESOURCE_CLAIMS } from '../../client/resource.ts'
import type { Lister } from '../../client/store.ts'
import { isStatusError } from '../../machinery/status.ts'
import { controllerOf } from '../owners.ts'

/** Room for a hyphen and five random characters in a name of 63. */
const MAX_BASE = 57

/** `<pod>-<entry>-`, both cut in proportion where that is too long: nothing of the second would be left otherwise. */
export function generateNameOf(pod: string, entry: string): string {
  const whole = `${pod}-${entry}-`
  if (whole.length <= MAX_BASE) return whole
  const share = (text: string): string => text.slice(0, Math.floor((text.length * MAX_BASE) / whole.length))
  return `${share(pod)}-${share(entry)}`
}

/** Claims made from templates: found again by their owner and annotation, or by what was made and is not in the cache yet. */
export class GeneratedClaims {
  readonly #claims: Lister<ResourceClaim>
  readonly #templates: Lister<ResourceClaimTemplate>
  /** By the pod's uid and the entry's name. Empties as the cache catches up. */
  readonly #made = new Map<string, ResourceClaim>()
  /** Those whose creation has an unknown outcome. */
  readonly #inDoubt = new Set<string>()

  constructor(claims: Lister<ResourceClaim>, templates: Lister<ResourceClaimTemplate>) {
    this.#claims = claims
    this.#templates = templates
  }

  seen(claim: ResourceClaim): void {
    const key = `${controllerOf(claim)?.uid}/${claim.metadata.annotations?.[POD_CLAIM_ANNOTATION]}`
    if (this.#made.get(key)?.metadata.uid === claim.metadata.uid) this.#made.delete(key)
  }

  /** Name of the claim for the entry that the pod's status does not tell of yet; undefined when there is nothing to tell. */
  async provide(client: Client, pod: Pod, entry: PodResourceClaim, signal: AbortSignal): Promise<string | undefined> {
    const { name = '', namespace = '', uid = '' } = pod.metadata
    const found = resourceClaimName(pod, entry)
    if (found === 'none') return undefined
    if (found === 'unsupported') {
      const what = `pod "${namespace}/${name}", spec.resourceClaim "${entry.name}": none of the supported fields are set`
      throw new Error(`checking for claim before creating it: ${what}`)
    }
    if (found !== 'missing' && (await this.#exists(client, pod, found))) return undefined
    const templateName = entry.resourceClaimTemplateName
    if (templateName === undefined) return undefined
    const key = `${uid}/${entry.name}`
    const isFor = ({ metadata }: ResourceClaim): boolean => metadata.annotations?.[POD_CLAIM_ANNOTATION] === entry.name
    const there = this.#claims.byIndex('controller', uid).find(isFor)
    if (there === undefined && this.#inDoubt.has(key)) {
      const { items } = await client.resource<ResourceClaim>(RESOURCE_CLAIMS).list({ namespace, metadataOnly: true, signal })
      const unseen = items.find((claim) => controllerOf(claim)?.uid === uid && isFor(claim))
      if (unseen !== undefined) this.#made.set(key, unseen)
    }
    this.#inDoubt.delete(key)
    const orphan = there ?? this.#made.get(key)
    if (orphan !== undefined) return orphan.metadata.name
    const template = this.#templates.get(templateName, namespace)
    if (template === undefined) {
      throw new Error(`resource claim template "${templateName}": resourceclaimtemplate.resource.k8s.io "${templateName}" not found`)
    }
    const { labels, annotations } = template.spec?.metadata ?? {}
    const generateName = generateNameOf(name, entry.name)
    const body: ResourceClaim = {
      apiVersion: 'resource.k8s.io/v1',
      kind: 'ResourceClaim',
      metadata: {
        generateName,
        ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name, uid, controller: true }],
        annotations: { ...annotations, [POD_CLAIM_ANNOTATION]: entry.name },
        ...(labels === undefined ? {} : { labels }),
      },
      spec: template.spec?.spec ?? {},
    }
    try {
      const claim = await client.resource<ResourceClaim>(RESOURCE_CLAIMS).create(body, { namespace, signal })
      this.#made.set(key, claim)
      return claim.metadata.name
    } catch (e) {
      if (leavesOpen(e)) this.#inDoubt.add(key)
      throw new Error(`create ResourceClaim : ${e instanceof Error ? e.message : String(e)}`, { cause: e })
    }
  }

  /** A claim that the status names was deleted by accident, or belongs to somebody else: it is made again. */
  async #exists(client: Client, pod: Pod, { name, generated }: { name: string; generated: boolean }): Promise<boolean> {
    const { namespace } = pod.metadata
    try {
      const cached = this.#claims.get(name, namespace)
      const claim = cached ?? (await client.resource<ResourceClaim>(RESOURCE_CLAIMS).get(name, { namespace }))
      return !generated || foreignResourceClaim(pod, claim) === undefined
    } catch (e) {
      if (isStatusError(e, 'NotFound')) return false
      throw new Error(`checking claim existence: ${e instanceof Error ? e.message : String(e)}`, { cause: e })
    }
  }
}
