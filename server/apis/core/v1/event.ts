import { isDeepStrictEqual } from 'node:util'
import { addErrors, invalid, required, type FieldError } from '../../../machinery/field-errors.ts'
import { byteLength, nameIsSubdomain } from '../../../machinery/names.ts'
import type { KubeObject, ObjectMeta } from '../../../machinery/types.ts'
import { IMMUTABLE, validateObjectMeta, validateObjectMetaUpdate } from '../../meta/v1/validation.ts'
import { checkQualifiedName } from './checks.ts'

/** Events in their core/v1 form, in which both groups store them (core/validation events.go). */
export interface Event {
  metadata: ObjectMeta
  involvedObject?: {
    kind?: string
    namespace?: string
    name?: string
    uid?: string
    apiVersion?: string
    resourceVersion?: string
    fieldPath?: string
  }
  reason?: string
  message?: string
  source?: { component?: string; host?: string }
  firstTimestamp?: string | null
  lastTimestamp?: string | null
  count?: number
  type?: string
  eventTime?: string | null
  series?: { count?: number; lastObservedTime?: string | null }
  action?: string
  related?: object
  reportingComponent?: string
  reportingInstance?: string
}

export const EVENTS_GROUP = 'events.k8s.io'
const MAX_WORD = 128
const MAX_NOTE = 1024
const DIFFERS = 'does not match event.namespace'

export const eventOf = (obj: KubeObject): Event => obj as unknown as Event

/** Structs and times that Go prints even when they are empty. */
export function defaultEvent(e: Event): void {
  e.involvedObject ??= {}
  e.source ??= {}
  e.firstTimestamp ??= null
  e.lastTimestamp ??= null
  e.eventTime ??= null
  e.reportingComponent ??= ''
  e.reportingInstance ??= ''
  if (e.series) e.series.lastObservedTime ??= null
}

function checkLength(errors: FieldError[], field: string, value: string, max: number): void {
  if (byteLength(value) > max) errors.push(invalid(field, '', `can have at most ${max} characters`))
}

function validateLegacy(event: Event, group: string | undefined): FieldError[] {
  const errors: FieldError[] = []
  const namespace = event.metadata.namespace ?? ''
  const about = event.involvedObject?.namespace ?? ''
  const differs = (): unknown => errors.push(invalid('involvedObject.namespace', about, DIFFERS))
  if (!event.eventTime) {
    if (about === '' ? namespace !== '' && namespace !== 'default' : namespace !== about) differs()
    return errors
  }
  const controller = group === EVENTS_GROUP ? 'reportingController' : 'reportingComponent'
  const { reportingComponent = '', reportingInstance = '', action = '', reason = '', message = '' } = event
  if (about === '' && namespace !== 'default' && namespace !== 'kube-system') differs()
  if (reportingComponent === '') errors.push(required(controller))
  checkQualifiedName(errors, reportingComponent, controller)
  for (const [field, value] of Object.entries({ reportingInstance, action, reason })) {
    if (value === '') errors.push(required(field))
    checkLength(errors, field, value, MAX_WORD)
  }
  checkLength(errors, 'message', message, MAX_NOTE)
  return errors
}

function validateSeries(errors: FieldError[], { series }: Event): void {
  if (!series) return
  if ((series.count ?? 0) < 2) errors.push(invalid('series.count', '', 'should be at least 2'))
  if (!series.lastObservedTime) errors.push(required('series.lastObservedTime'))
}

/** `group` is the one that the request came through: the newer group is strict, core takes what old clients send. */
export function validateEvent(event: Event, group: string | undefined): FieldError[] {
  const errors = validateLegacy(event, group)
  if (group !== EVENTS_GROUP) return errors
  addErrors(errors, validateObjectMeta(event.metadata, { namespaced: true, nameErrors: nameIsSubdomain }, 'metadata'))
  validateSeries(errors, event)
  if (!event.eventTime) errors.push(required('eventTime'))
  if (event.type !== 'Normal' && event.type !== 'Warning') errors.push(invalid('type', '', `has invalid value: ${event.type ?? ''}`))
  const unset = (field: string): unknown => errors.push(invalid(field, '', 'needs to be unset'))
  if (event.firstTimestamp) unset('firstTimestamp')
  if (event.lastTimestamp) unset('lastTimestamp')
  if (event.count) unset('count')
  if (event.source?.component || event.source?.host) unset('source')
  return errors
}

/** A reference as the internal type prints: Go's names, empty fields too. */
const referenceValue = (value: unknown): unknown => {
  if (value === undefined || value === null) return null
  const {
    kind = '',
    namespace = '',
    name = '',
    uid = '',
    apiVersion = '',
    resourceVersion = '',
    fieldPath = '',
  } = value as NonNullable<Event['involvedObject']>
  return {
    Kind: kind,
    Namespace: namespace,
    Name: name,
    UID: uid,
    APIVersion: apiVersion,
    ResourceVersion: resourceVersion,
    FieldPath: fieldPath,
  }
}
const plain = (value: unknown): unknown => value ?? null
const text = (value: unknown): unknown => value ?? ''

/** Fields that the newer group lets nobody change, in upstream's order, with their internal names. */
const FIXED: readonly (readonly [field: keyof Event & string, shown: string, print: (value: unknown) => unknown])[] = [
  ['involvedObject', 'involvedObject', (v) => referenceValue(v ?? {})],
  ['reason', 'reason', text],
  ['message', 'message', text],
  ['source', 'source', (v) => ({ Component: (v as Event['source'])?.component ?? '', Host: (v as Event['source'])?.host ?? '' })],
  ['firstTimestamp', 'firstTimestamp', plain],
  ['lastTimestamp', 'lastTimestamp', plain],
  ['count', 'count', (v) => v ?? 0],
  ['reason', 'reason', text],
  ['type', 'type', text],
  ['eventTime', 'eventTime', plain],
  ['action', 'action', text],
  ['related', 'related', referenceValue],
  ['reportingComponent', 'reportingController', text],
  ['reportingInstance', 'reportingInstance', text],
]

/** @param ofFinalizers what is wrong with the names of its finalizers */
export function validateEventUpdate(
  event: Event,
  old: Event,
  group: string | undefined,
  ofFinalizers: readonly FieldError[],
): FieldError[] {
  const errors = validateLegacy(event, group)
  if (group !== EVENTS_GROUP) return errors
  addErrors(errors, validateObjectMetaUpdate(event.metadata, old.metadata, 'metadata'))
  addErrors(errors, ofFinalizers)
  if (!isDeepStrictEqual(event.series, old.series)) validateSeries(errors, event)
  for (const [field, shown, print] of FIXED) {
    if (!isDeepStrictEqual(print(event[field]), print(old[field]))) errors.push(invalid(shown, print(event[field]), IMMUTABLE))
  }
  return errors
}
