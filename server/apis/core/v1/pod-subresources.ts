import { copyJson } from '../../../machinery/copy-json.ts'
import { forbiddenField, invalid, type FieldError } from '../../../machinery/field-errors.ts'
import type { ObjectMeta } from '../../../machinery/types.ts'
import { internalDiff } from './internal-form.ts'
import { MIRROR_POD } from './pod-metadata.ts'
import { defaultPodLevelResources } from './pod-resources.ts'
import { updateRules, validateAnnotationChange, validateWholePod } from './pod-update.ts'
import { podQos } from './qos.ts'
import { semanticEqual } from './semantic-equal.ts'
import type { Container, Pod, PodSpec, ResourceList, ResourceRequirements } from './types.ts'

/**
 * The update subresources of pods. `prepare…` changes the new pod in place, keeping from the old one what the subresource may not
 * change; `validate…` answers what is wrong with the result.
 */

/** Metadata that a status-like subresource keeps (metav1.ResetObjectMetaForStatus). */
export function keepMetadata(meta: ObjectMeta, old: ObjectMeta): void {
  const kept: (keyof ObjectMeta)[] = [
    'deletionTimestamp',
    'generation',
    'selfLink',
    'labels',
    'annotations',
    'finalizers',
    'ownerReferences',
    'managedFields',
  ]
  const target = meta as Record<string, unknown>
  for (const field of kept) {
    // Whose fields are whose is worked out from what was sent.
    if (field === 'managedFields') continue
    if (old[field] === undefined) delete target[field]
    else target[field] = old[field]
  }
}

/** A changed spec is a new generation. */
export function countGeneration(pod: Pod, old: Pod): void {
  if (!semanticEqual(pod.spec, old.spec)) pod.metadata.generation = (old.metadata.generation ?? 0) + 1
}

export function prepareEphemeralContainers(pod: Pod, old: Pod): void {
  const added = pod.spec.ephemeralContainers
  pod.spec = { ...old.spec }
  if (added === undefined) delete pod.spec.ephemeralContainers
  else pod.spec.ephemeralContainers = added
  if (old.status) pod.status = old.status
  keepMetadata(pod.metadata, old.metadata)
  countGeneration(pod, old)
}

export function validateEphemeralContainersUpdate(pod: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = []
  const rules = updateRules(old)
  validateWholePod(errors, pod, old, rules)
  validateAnnotationChange(errors, pod, old, rules)
  if (old.metadata.annotations?.[MIRROR_POD] !== undefined) {
    return [forbiddenField('[]', 'static pods do not support ephemeral containers')]
  }
  const path = 'spec.ephemeralContainers'
  const now = new Map(pod.spec.ephemeralContainers?.toReversed().map((c) => [c.name, c]))
  for (const before of old.spec.ephemeralContainers ?? []) {
    const name = JSON.stringify(before.name ?? '')
    const after = now.get(before.name)
    if (after === undefined) errors.push(forbiddenField(path, `existing ephemeral containers ${name} may not be removed\n`))
    else if (!semanticEqual(before, after)) {
      const diff = internalDiff('EphemeralContainer', before, after)
      errors.push(forbiddenField(path, `existing ephemeral containers ${name} may not be changed\n${diff}`))
    }
  }
  return errors
}

// Names in another order leave the list as it was sent, for validation to refuse.
function mergeResources(now: Container[] | undefined, old: Container[] | undefined): Container[] | undefined {
  if (!now?.length || now.some((c, i) => c.name !== old?.[i]?.name)) return now
  return old!.map((c, i) => {
    const merged: Container = { ...c, resources: now[i]!.resources }
    if (now[i]!.resizePolicy === undefined) delete merged.resizePolicy
    else merged.resizePolicy = now[i]!.resizePolicy
    return merged
  })
}

export function prepareResize(pod: Pod, old: Pod): void {
  const count = (spec: PodSpec): string => `${spec.containers?.length ?? 0}/${spec.initContainers?.length ?? 0}`
  if (count(pod.spec) === count(old.spec)) {
    const { resources } = pod.spec
    const containers = mergeResources(pod.spec.containers, old.spec.containers)
    const initContainers = mergeResources(pod.spec.initContainers, old.spec.initContainers)
    pod.spec = { ...old.spec, containers: containers ?? [] }
    if (initContainers) pod.spec.initContainers = initContainers
    if (resources) pod.spec.resources = resources
    else delete pod.spec.resources
    if (old.status) pod.status = old.status
    keepMetadata(pod.metadata, old.metadata)
  }
  if (!pod.spec.resources && old.spec.resources) pod.spec.resources = copyJson(old.spec.resources)
  defaultPodLevelResources(pod.spec)
  countGeneration(pod, old)
}

const removed = (now: ResourceList | undefined, old: ResourceList | undefined): boolean =>
  Object.keys(old ?? {}).some((name) => now?.[name] === undefined)

/** Requirements with cpu and memory set back to the old ones. */
function withoutCompute(now: ResourceRequirements | undefined, old: ResourceRequirements | undefined): ResourceRequirements {
  const list = (a: ResourceList | undefined, b: ResourceList | undefined): ResourceList => {
    const out: ResourceList = { ...a }
    for (const name of ['cpu', 'memory']) {
      if (b?.[name] === undefined) delete out[name]
      else out[name] = b[name]
    }
    return out
  }
  return { ...now, limits: list(now?.limits, old?.limits), requests: list(now?.requests, old?.requests) }
}

export function validateResize(pod: Pod, old: Pod): FieldError[] {
  const errors: FieldError[] = []
  validateWholePod(errors, pod, old, updateRules(old))
  if (old.metadata.annotations?.[MIRROR_POD] !== undefined) return [forbiddenField('[]', 'static pods cannot be resized')]
  if (old.spec.os?.name === 'windows') return [forbiddenField('[]', 'windows pods cannot be resized')]
  if ((old.status?.qosClass ?? podQos(old.spec)) !== podQos(pod.spec)) {
    errors.push(invalid('spec', pod.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing'))
  }
  const running = old.status?.containerStatuses?.find((s) => s.state?.running)
  if (running && !running.resources) errors.push(forbiddenField('spec', 'Pod running on node without support for resize'))
  const rest: PodSpec = { ...pod.spec }
  if (old.spec.resources || pod.spec.resources) resizePodLevel(errors, pod.spec, old.spec, rest)
  if (!sameOrder(errors, pod.spec, old.spec)) return errors
  for (const list of ['initContainers', 'containers'] as const) {
    old.spec[list]?.forEach((before, i) => {
      const after = pod.spec[list]![i]!
      const path = `spec.${list}[${i}].resources`
      if (removed(after.resources?.requests, before.resources?.requests)) {
        errors.push(forbiddenField(`${path}.requests`, 'resource requests cannot be removed'))
      }
      if (removed(after.resources?.limits, before.resources?.limits)) {
        errors.push(forbiddenField(`${path}.limits`, 'resource limits cannot be removed'))
      }
    })
  }
  rest.containers = pod.spec.containers?.map((c, i) => {
    const before = old.spec.containers![i]!
    const back = { ...c, resources: withoutCompute(c.resources, before.resources) }
    if (!semanticEqual(back, before)) errors.push(forbiddenField('spec', 'only cpu and memory resources are mutable'))
    return back
  })
  if (pod.spec.initContainers) {
    rest.initContainers = pod.spec.initContainers.map((c, i) =>
      resizedInit(errors, c, old.spec.initContainers![i]!, `spec.initContainers[${i}]`),
    )
  }
  if (!semanticEqual(pod.spec.volumes, old.spec.volumes)) {
    const text = 'volumes are immutable on resize when InPlacePodVerticalScalingMemoryBackedVolumes feature gate is disabled'
    errors.push(forbiddenField('spec.volumes', text))
  }
  if (errors.length === 0 && !semanticEqual(rest, old.spec))
    errors.push(forbiddenField('spec', 'only cpu and memory resources are mutable'))
  return errors
}

function resizedInit(errors: FieldError[], now: Container, old: Container, path: string): Container {
  const back = { ...now, resources: withoutCompute(now.resources, old.resources) }
  if (!semanticEqual(back, old))
    errors.push(forbiddenField(path, 'only cpu and memory resources for init or sidecar containers are mutable'))
  if (now.restartPolicy !== 'Always' && !semanticEqual(now, old)) {
    for (const p of now.resizePolicy ?? []) {
      if (p.restartPolicy !== 'RestartContainer') continue
      errors.push(forbiddenField(path, 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized'))
    }
  }
  return back
}

function resizePodLevel(errors: FieldError[], now: PodSpec, old: PodSpec, rest: PodSpec): void {
  if (old.resources && !now.resources) {
    errors.push(forbiddenField('spec.resources', 'pod-level resources cannot be removed'))
    return
  }
  if (removed(now.resources?.requests, old.resources?.requests)) {
    errors.push(forbiddenField('spec.resources.requests', 'pod-level resource requests cannot be removed'))
  }
  if (removed(now.resources?.limits, old.resources?.limits)) {
    errors.push(forbiddenField('spec.resources.limits', 'pod-level resource limits cannot be removed'))
  }
  const back = withoutCompute(now.resources, old.resources)
  const empty = Object.keys(back.limits ?? {}).length + Object.keys(back.requests ?? {}).length + (back.claims?.length ?? 0) === 0
  rest.resources = empty && !old.resources ? undefined : back
  if (!semanticEqual(rest.resources, old.resources, 'resources')) {
    errors.push(forbiddenField('spec', 'only cpu and memory resources are mutable at pod-level'))
  }
}

function sameOrder(errors: FieldError[], now: PodSpec, old: PodSpec): boolean {
  const before = errors.length
  for (const list of ['containers', 'initContainers'] as const) {
    const path = `spec.${list}`
    if ((now[list]?.length ?? 0) !== (old[list]?.length ?? 0))
      errors.push(forbiddenField(path, `${list} may not be added or removed on resize`))
    else {
      old[list]?.forEach((c, i) => {
        if (now[list]![i]!.name !== c.name)
          errors.push(forbiddenField(`${path}[${i}].name`, `${list} may not be renamed or reordered on resize`))
      })
    }
  }
  return errors.length === before
}
