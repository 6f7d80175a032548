import { duplicate, invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { checkLabel } from './checks.ts'
import type { Volume } from './types.ts'
import { validateVolumeSource } from './volume-sources.ts'

const none: ReadonlyMap<string, Volume> = new Map()

/** Checks spec.volumes; answers those that are in order, by name, since mounts may only name such (core/validation ValidateVolumes). */
export function validateVolumes(
  errors: FieldError[],
  volumes: readonly Volume[] | undefined,
  podName: string | undefined,
  path: string,
): ReadonlyMap<string, Volume> {
  if (!volumes?.length) return none
  const good = new Map<string, Volume>()
  const created = new Set<string>()
  if (podName) for (const v of volumes) if (v.ephemeral) created.add(`${podName}-${v.name ?? ''}`)
  volumes.forEach((volume, i) => {
    const before = errors.length
    const at = `${path}[${i}]`
    const name = volume.name ?? ''
    validateVolumeSource(errors, volume, podName, at)
    if (name === '') errors.push(required(`${at}.name`))
    else checkLabel(errors, name, `${at}.name`)
    if (good.has(name)) errors.push(duplicate(`${at}.name`, name))
    if (errors.length === before) good.set(name, volume)
    const claim = volume.persistentVolumeClaim?.claimName
    if (claim !== undefined && created.has(claim)) {
      const text = 'must not reference a PVC that gets created for an ephemeral volume'
      errors.push(invalid(`${at}.persistentVolumeClaim.claimName`, claim, text))
    }
  })
  return good
}
