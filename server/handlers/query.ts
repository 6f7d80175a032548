import { invalidOptions } from '../apis/meta/v1/options.ts'
import { anyFields, parseFieldSelector, type FieldSelector } from '../machinery/fields.ts'
import { everything, parseLabelSelector, SelectorError, type LabelSelector } from '../machinery/labels.ts'
import { notSupported, forbiddenField, type FieldError } from '../machinery/field-errors.ts'
import { badRequest } from '../machinery/status.ts'
import type { ServedResource } from '../registry/generic/resource.ts'

/** metav1.ListOptions as the query carries it. */
export interface ListQuery {
  labels: LabelSelector
  fields: FieldSelector
  limit: number
  continueToken: string
  resourceVersion: string
  resourceVersionMatch: string
  timeoutSeconds: number | undefined
  watch: boolean
  allowWatchBookmarks: boolean
  sendInitialEvents: boolean | undefined
}

const NONE = new URLSearchParams()
export function searchOf(search: string): URLSearchParams {
  return search === '' ? NONE : new URLSearchParams(search)
}

/** Go's strconv.ParseBool, with its error as the reference words it. */
function parseBool(q: URLSearchParams, name: string): boolean | undefined {
  const text = q.get(name)
  if (text === null) return undefined
  // A bare `?watch` counts as true (apimachinery `conversion/queryparams`).
  if (text === '' || /^(1|t|T|TRUE|true|True)$/.test(text)) return true
  if (/^(0|f|F|FALSE|false|False)$/.test(text)) return false
  // apimachinery's Convert_Slice_string_To_bool takes every other word for true.
  return true
}

function parseInteger(q: URLSearchParams, name: string): number | undefined {
  const text = q.get(name)
  if (text === null || text === '') return undefined
  const wrong = !/^[+-]?\d+$/.test(text) ? 'invalid syntax' : Number.isSafeInteger(Number(text)) ? undefined : 'value out of range'
  if (wrong !== undefined) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${wrong}`)
  return Number(text)
}

function selectors(q: URLSearchParams, served: ServedResource): { labels: LabelSelector; fields: FieldSelector } {
  const labelText = q.get('labelSelector') ?? ''
  const fieldText = q.get('fieldSelector') ?? ''
  try {
    const labels = labelText === '' ? everything : parseLabelSelector(labelText)
    const fields = fieldText === '' ? anyFields : parseFieldSelector(fieldText)
    for (const r of fields.requirements) {
      if (r.field === 'metadata.name' || r.field === 'metadata.namespace') continue
      if (!Object.hasOwn(served.store.resource.selectableFields, r.field)) {
        throw badRequest(unknownField(r.field, served))
      }
    }
    return { labels, fields }
  } catch (e) {
    if (e instanceof SelectorError) throw badRequest(e.message)
    throw e
  }
}

/** Kinds whose conversion of field labels has words of its own. */
const UNKNOWN_FIELD: Readonly<Record<string, (field: string) => string>> = {
  'resourceslices.resource.k8s.io': (field) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${field}`,
  'jobs.batch': (field) => `field label ${JSON.stringify(field)} not supported for Job`,
}

/** Kinds with fields of their own have a conversion of field labels upstream, with another text than the one for all others. */
function unknownField(field: string, served: ServedResource): string {
  const own = UNKNOWN_FIELD[`${served.facts.resource}.${served.facts.group}`]
  if (own !== undefined) return own(field)
  if (Object.keys(served.store.resource.selectableFields).length > 0) return `field label not supported: ${field}`
  return `${JSON.stringify(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`
}

/** Reads and checks the options of list, watch and deletecollection. Throws 400 or 422 with the reference's texts. */
export function listQuery(search: string, served: ServedResource): ListQuery {
  const q = searchOf(search)
  const options: ListQuery = {
    ...selectors(q, served),
    limit: parseInteger(q, 'limit') ?? 0,
    continueToken: q.get('continue') ?? '',
    resourceVersion: q.get('resourceVersion') ?? '',
    resourceVersionMatch: q.get('resourceVersionMatch') ?? '',
    timeoutSeconds: parseInteger(q, 'timeoutSeconds'),
    watch: parseBool(q, 'watch') ?? false,
    allowWatchBookmarks: parseBool(q, 'allowWatchBookmarks') ?? false,
    sendInitialEvents: parseBool(q, 'sendInitialEvents'),
  }
  const errors = options.watch ? watchErrors(options) : listErrors(options)
  if (errors.length > 0) throw invalidOptions('ListOptions', errors)
  return options
}

const MATCHES = ['Exact', 'NotOlderThan', '']

/** apimachinery `meta/internalversion/validation`. */
function listErrors(o: ListQuery): FieldError[] {
  const errors: FieldError[] = []
  const match = o.resourceVersionMatch
  if (match !== '') {
    if (o.resourceVersion === '')
      errors.push(forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided'))
    if (o.continueToken !== '')
      errors.push(forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'))
    if (!MATCHES.includes(match)) errors.push(notSupported('resourceVersionMatch', match, MATCHES))
    if (match === 'Exact' && o.resourceVersion === '0')
      errors.push(forbiddenField('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'))
  }
  if (o.sendInitialEvents !== undefined) errors.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  return errors
}

function watchErrors(o: ListQuery): FieldError[] {
  const errors: FieldError[] = []
  if (o.sendInitialEvents === undefined) {
    if (o.resourceVersionMatch !== '')
      errors.push(
        forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'),
      )
    return errors
  }
  if (o.resourceVersionMatch !== 'NotOlderThan') {
    errors.push(forbiddenField('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'))
    if (o.resourceVersionMatch !== '') errors.push(notSupported('resourceVersionMatch', o.resourceVersionMatch, ['NotOlderThan']))
  }
  if (o.resourceVersionMatch !== '' && o.continueToken !== '') {
    errors.push(forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden when continue is provided'))
  }
  return errors
}
