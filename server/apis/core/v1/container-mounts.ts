import { forbiddenField, invalid, notFoundValue, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { checkDescendingPath } from './checks.ts'
import type { Container, Volume, VolumeMount } from './types.ts'

/** volumeMounts and volumeDevices of a container (core/validation ValidateVolumeMounts, ValidateVolumeDevices). */
export type VolumesByName = ReadonlyMap<string, Volume>

const propagations = ['Bidirectional', 'HostToContainer', 'None']
const recursiveReadOnly = ['Disabled', 'Enabled', 'IfPossible']

export function validateMounts(errors: FieldError[], container: Container, volumes: VolumesByName, path: string): void {
  const mounts = container.volumeMounts
  if (!mounts?.length) return
  const devices = new Set(container.volumeDevices?.map((d) => d.name))
  const devicePaths = new Set(container.volumeDevices?.map((d) => d.devicePath))
  const paths = new Set<string>()
  mounts.forEach((mount, i) => {
    const at = `${path}[${i}]`
    const name = mount.name ?? ''
    const mountPath = mount.mountPath ?? ''
    if (name === '') errors.push(required(`${at}.name`))
    if (!volumes.has(name)) errors.push(notFoundValue(`${at}.name`, name))
    if (mountPath === '') errors.push(required(`${at}.mountPath`))
    if (paths.has(mountPath)) errors.push(invalid(`${at}.mountPath`, mountPath, 'must be unique'))
    paths.add(mountPath)
    if (devices.has(name)) errors.push(invalid(`${at}.name`, name, 'must not already exist in volumeDevices'))
    if (devicePaths.has(mountPath)) {
      errors.push(invalid(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices'))
    }
    if (mount.subPath) checkDescendingPath(errors, mount.subPath, `${path}.subPath`)
    if (mount.subPathExpr) {
      if (mount.subPath) errors.push(invalid(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive'))
      checkDescendingPath(errors, mount.subPathExpr, `${path}.subPathExpr`)
    }
    if (mount.mountPropagation !== undefined) validatePropagation(errors, mount.mountPropagation, container, `${path}.mountPropagation`)
    if (mount.recursiveReadOnly !== undefined) validateRecursive(errors, mount, `${path}.recursiveReadOnly`)
  })
}

function validatePropagation(errors: FieldError[], mode: string, container: Container, path: string): void {
  if (!propagations.includes(mode)) errors.push(notSupported(path, mode, propagations))
  if (mode === 'Bidirectional' && container.securityContext?.privileged !== true) {
    errors.push(forbiddenField(path, 'Bidirectional mount propagation is available only to privileged containers'))
  }
}

function validateRecursive(errors: FieldError[], mount: VolumeMount, path: string): void {
  const mode = mount.recursiveReadOnly!
  if (!recursiveReadOnly.includes(mode)) errors.push(notSupported(path, mode, recursiveReadOnly))
  else if (mode !== 'Disabled') {
    if (!mount.readOnly) errors.push(forbiddenField(path, 'may only be specified when readOnly is true'))
    if (mount.mountPropagation !== undefined && mount.mountPropagation !== 'None') {
      errors.push(forbiddenField(path, 'may only be specified when mountPropagation is None or not specified'))
    }
  }
}

export function validateDevices(errors: FieldError[], container: Container, volumes: VolumesByName, path: string): void {
  const devices = container.volumeDevices
  if (!devices?.length) return
  const mounts = new Set(container.volumeMounts?.map((m) => m.name))
  const mountPaths = new Set(container.volumeMounts?.map((m) => m.mountPath))
  const names = new Set<string>()
  const paths = new Set<string>()
  devices.forEach((device, i) => {
    const at = `${path}[${i}]`
    const name = device.name ?? ''
    const devicePath = device.devicePath ?? ''
    const volume = volumes.get(name)
    if (name === '') errors.push(required(`${at}.name`))
    if (names.has(name)) errors.push(invalid(`${at}.name`, name, 'must be unique'))
    if (volume === undefined) errors.push(notFoundValue(`${at}.name`, name))
    else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
      const text = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode'
      errors.push(invalid(`${at}.name`, name, text))
    }
    if (devicePath === '') errors.push(required(`${at}.devicePath`))
    if (paths.has(devicePath)) errors.push(invalid(`${at}.devicePath`, devicePath, 'must be unique'))
    if (devicePath.split('/').includes('..')) {
      errors.push(invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')"))
    } else paths.add(devicePath)
    if (mounts.has(name)) errors.push(invalid(`${at}.name`, name, 'must not already exist in volumeMounts'))
    if (mountPaths.has(devicePath)) {
      errors.push(invalid(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts'))
    }
    if (name !== '') names.add(name)
  })
}
