import { isRecord, type KubeObject } from '../../kube/types.ts'

interface Named {
  name: string
  image: string
}

/** Where a kind keeps the pod that it makes. */
const podSpecAt: Readonly<Record<string, readonly string[]>> = {
  Pod: ['spec'],
  CronJob: ['spec', 'jobTemplate', 'spec', 'template', 'spec'],
}
const templateAt = ['spec', 'template', 'spec']

const lists = ['containers', 'initContainers'] as const

function podSpec(object: KubeObject): Record<string, unknown> {
  let at: unknown = object
  for (const step of podSpecAt[object.kind ?? ''] ?? templateAt) at = isRecord(at) ? at[step] : undefined
  return isRecord(at) ? at : {}
}

const containersIn = (spec: Record<string, unknown>, list: (typeof lists)[number]): Named[] => {
  const found = spec[list]
  return Array.isArray(found)
    ? found.flatMap((c: unknown) => (isRecord(c) && typeof c.name === 'string' ? [{ name: c.name, image: String(c.image ?? '') }] : []))
    : []
}

/** Containers by name with their images, those that initialize after the others. */
export const imagesOf = (object: KubeObject): Named[] => lists.flatMap((list) => containersIn(podSpec(object), list))

/**
 * A strategic merge patch that gives the containers of these names other images, as `kubectl set image` does; undefined when they have them
 * already, unless `all` are to be named.
 */
export function imagesPatch(object: KubeObject, images: Readonly<Record<string, string>>, all = false): unknown {
  const spec = podSpec(object)
  const changed = lists.flatMap((list) => {
    const items = containersIn(spec, list).flatMap(({ name, image }) => {
      const wanted = images[name]?.trim()
      return wanted && (all || wanted !== image) ? [{ name, image: wanted }] : []
    })
    return items.length > 0 ? [[list, items] as const] : []
  })
  if (changed.length === 0) return undefined
  const path = podSpecAt[object.kind ?? ''] ?? templateAt
  return [...path].reverse().reduce<unknown>((inner, step) => ({ [step]: inner }), Object.fromEntries(changed))
}
