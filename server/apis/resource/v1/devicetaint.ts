import { formatTime } from '../../../machinery/clock.ts'
import { tooMany, type FieldError } from '../../../machinery/field-errors.ts'
import { fillZero, isSet, objectAt, objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import type { KubeObject } from '../../../machinery/types.ts'
import { checkDriverName } from '../../core/v1/volume-sources.ts'
import { checkConditions } from '../../meta/v1/conditions.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { checkPoolName, checkShortName, checkTaint } from './device-parts.ts'

/** Taints of devices, in rules and in slices (resource/v1 defaults; apis/resource, validation). */

/** Taints say since when they hold, by default since they are written. `now` is in ms. */
const stampTaints = (taints: readonly JsonObject[], now: number): void =>
  taints.forEach((taint) => fillZero(taint, { timeAdded: formatTime(now) }))

export function defaultTaintRule(obj: KubeObject, now: number | undefined): void {
  const taint = objectAt(obj, 'spec.taint')
  if (taint !== undefined && now !== undefined) stampTaints([taint], now)
}

/** The time is that of the effect: with another one that comes with the old time it is now. */
export function restampTaintRule(obj: KubeObject, old: KubeObject, now: number): void {
  const [taint, before] = [objectAt(obj, 'spec.taint'), objectAt(old, 'spec.taint')]
  const { effect, timeAdded } = taint ?? {}
  if (taint !== undefined && effect !== before?.effect && timeAdded === before?.timeAdded) taint.timeAdded = formatTime(now)
}

export function defaultSliceTaints(obj: KubeObject, now: number | undefined): void {
  if (now !== undefined) objectsAt(obj, 'spec.devices').forEach((device) => stampTaints(objectsAt(device, 'taints'), now))
}

const MAX_CONDITIONS = 8

export const validateDeviceTaintRule: Validation = (obj) => {
  const errors: FieldError[] = []
  const selector = objectAt(obj, 'spec.deviceSelector')
  const path = 'spec.deviceSelector'
  if (isSet(selector, 'driver')) checkDriverName(errors, textAt(selector, 'driver'), `${path}.driver`)
  if (isSet(selector, 'pool')) checkPoolName(errors, textAt(selector, 'pool'), `${path}.pool`)
  if (isSet(selector, 'device')) checkShortName(errors, textAt(selector, 'device'), `${path}.device`)
  checkTaint(errors, objectAt(obj, 'spec.taint') ?? {}, 'spec.taint')
  return errors
}

export const validateDeviceTaintRuleStatus: Validation = (obj) => {
  const errors: FieldError[] = []
  const conditions = objectsAt(obj, 'status.conditions')
  checkConditions(errors, conditions, 'status.conditions')
  if (conditions.length > MAX_CONDITIONS) errors.push(tooMany('status.conditions', conditions.length, MAX_CONDITIONS))
  return errors
}
