import type { PodSpec } from '../apis/core/v1/types.ts'
import { notSupported, type FieldError } from '../machinery/field-errors.ts'
import { StatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { creates, PODS, updates } from './attributes.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts'
import { aggregateText, refusal } from './refusal.ts'

const ALWAYS = 'Always'
const LISTS = ['initContainers', 'containers', 'ephemeralContainers'] as const

/** Nobody runs an image that he may not pull himself, though it is on the node already (plugin/pkg/admission/alwayspullimages). */
export const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  mutate(a) {
    if (!concerns(a)) return
    const spec = specOf(a.object)
    for (const { container } of containersOf(spec)) container.imagePullPolicy = ALWAYS
    for (const volume of spec.volumes ?? []) if (volume.image) volume.image.pullPolicy = ALWAYS
  },
  validate(a) {
    if (!concerns(a)) return
    const spec = specOf(a.object)
    const errors: FieldError[] = []
    for (const { container, path } of containersOf(spec)) {
      if (container.imagePullPolicy !== ALWAYS) errors.push(unsupported(`${path}.imagePullPolicy`, container.imagePullPolicy))
    }
    spec.volumes?.forEach(({ image }, i) => {
      if (image && image.pullPolicy !== ALWAYS) errors.push(unsupported(`spec.volumes[${i}].image.pullPolicy`, image.pullPolicy))
    })
    // Several refusals as one are no refusal any more, in the reference.
    if (errors.length > 0) throw new StatusError(500, '', aggregateText(errors.map((e) => refusal(a, `${e.field}: ${e.body}`).message)))
  },
}

const unsupported = (path: string, policy: string | undefined): FieldError => notSupported(path, policy ?? '', [ALWAYS])

function concerns(a: AdmissionAttributes): boolean {
  if (creates(a, PODS)) return true
  if (!updates(a, PODS)) return false
  const old = new Set(imagesOf(a.oldObject))
  return imagesOf(a.object).some((image) => !old.has(image))
}

const specOf = (pod: KubeObject | undefined): PodSpec => (pod?.spec ?? {}) as PodSpec
const imagesOf = (pod: KubeObject | undefined): string[] => containersOf(specOf(pod)).map(({ container }) => container.image ?? '')

interface Pulled {
  image?: string
  imagePullPolicy?: string
}

const containersOf = (spec: PodSpec): { container: Pulled; path: string }[] =>
  LISTS.flatMap((list) => (spec[list] ?? []).map((container, i) => ({ container, path: `spec.${list}[${i}]` })))
