import type { DeviceTaint, DeviceTaintRule, DeviceToleration } from './objects-resource.ts'

/** Taints of devices, for those who choose devices and those who take pods off them (KEP-5055). */
export function toleratesDeviceTaint(t: DeviceToleration, taint: DeviceTaint): boolean {
  if ((t.effect ?? '') !== '' && t.effect !== taint.effect) return false
  if ((t.key ?? '') !== '' && t.key !== taint.key) return false
  return t.operator === 'Exists' || (((t.operator ?? '') === '' || t.operator === 'Equal') && (t.value ?? '') === (taint.value ?? ''))
}

/** Whether a rule puts its taint on a device; one without a selector selects none. */
export function ruleSelects({ spec }: DeviceTaintRule, driver: string, pool: string, device: string): boolean {
  const s = spec?.deviceSelector
  return s !== undefined && (s.driver ?? driver) === driver && (s.pool ?? pool) === pool && (s.device ?? device) === device
}
