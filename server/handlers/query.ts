import { goQuote } from '../machinery/go-quote.ts'
import { invalidOptions } from '../apis/meta/v1/options.ts'
import { parseFieldSelector, renamedFields, type FieldSelector } from '../machinery/fields.ts'
import { parseLabelSelector, SelectorError, type LabelSelector } from '../machinery/labels.ts'
import { notSupported, forbiddenField, type FieldError } from '../machinery/field-errors.ts'
import { exactInteger, type Int64 } from '../machinery/numbers.ts'
import { isYes, goInt64Error, parseGoInt64, type Query } from '../machinery/query.ts'
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

/** As parseInt64, rounded beyond 2⁵³: for what is compared and counted. */
export function parseInteger(q: Query, name: string): number | undefined {
  const value = parseInt64(q, name)
  return value === undefined ? undefined : Number(value)
}

/** Go's strconv.ParseInt, with its error as the reference words it. */
export function parseInt64(q: Query, name: string): Int64 | undefined {
  const text = q.get(name)
  if (text === undefined) return undefined
  const value = parseGoInt64(text)
  if (value !== undefined) return exactInteger(value)
  throw badRequest(goInt64Error(text))
}

function selectors(q: Query): { labels: LabelSelector; fields: FieldSelector } {
  return { labels: labelSelector(q), fields: parsed(() => parseFieldSelector(q.get('fieldSelector') ?? '')) }
}

const labelSelector = (q: Query): LabelSelector => parsed(() => parseLabelSelector(q.get('labelSelector') ?? ''))

function parsed<T>(parse: () => T): T {
  try {
    return parse()
  } catch (e) {
    if (e instanceof SelectorError) throw badRequest(e.message)
    throw e
  }
}

/** The selector over the stored kind's fields. Throws 400 for a field that cannot be selected. */
function storedFields(fields: FieldSelector, served: ServedResource): FieldSelector {
  const names = served.fieldLabels?.names
  const selectable = names ?? served.store.resource.selectableFields
  for (const field of fields.fields) {
    if (field === 'metadata.name' || (field === 'metadata.namespace' && !hasNoNamespace(served))) continue
    if (!Object.hasOwn(selectable, field)) throw badRequest(unknownField(field, served))
  }
  return names === undefined ? fields : renamedFields(fields, names)
}

/** Who says which fields its kind is selected by names no namespace where there is none; the rule for all others does not look. */
const hasNoNamespace = ({ facts, schema, store }: ServedResource): boolean =>
  !facts.namespaced && (schema.facts === undefined || Object.keys(store.resource.selectableFields).length > 0)

/** Kinds with fields of their own have a conversion of field labels upstream, with another text than the one for all others. */
function unknownField(field: string, served: ServedResource): string {
  const own = served.fieldLabels?.unsupported
  if (own !== undefined) return own(field)
  if (served.schema.facts === undefined || Object.keys(served.store.resource.selectableFields).length > 0)
    return `field label not supported: ${field}`
  return notAField(field)
}

const notAField = (field: string): string => `${goQuote(field)} is not a known field selector: only "metadata.name", "metadata.namespace"`

/**
 * Reads and checks the options of list, watch and deletecollection, in the reference's order. Throws 400 or 422 with its texts.
 * @param hasWatchLists whether a watch may ask for a list before (the gate WatchList)
 */
export function listQuery(q: Query, served: ServedResource, hasWatchLists = true): ListQuery {
  const options = listOptions(q, hasWatchLists)
  return { ...options, fields: storedFields(options.fields, served) }
}

/** The same of a kind of which nothing is stored: its objects have a name, and perhaps a namespace, to be selected by. */
export function unstoredListQuery(q: Query): ListQuery {
  const options = listOptions(q)
  for (const field of options.fields.fields)
    if (field !== 'metadata.name' && field !== 'metadata.namespace') throw badRequest(notAField(field))
  return options
}

function listOptions(q: Query, hasWatchLists = true): ListQuery {
  const sendInitialEvents = q.get('sendInitialEvents')
  const options: ListQuery = {
    watch: isYes(q.get('watch')),
    allowWatchBookmarks: isYes(q.get('allowWatchBookmarks')),
    resourceVersion: q.get('resourceVersion') ?? '',
    resourceVersionMatch: q.get('resourceVersionMatch') ?? '',
    timeoutSeconds: parseInteger(q, 'timeoutSeconds'),
    limit: parseInteger(q, 'limit') ?? 0,
    continueToken: q.get('continue') ?? '',
    sendInitialEvents: sendInitialEvents === undefined ? undefined : isYes(sendInitialEvents),
    ...selectors(q),
  }
  const errors = options.watch ? watchErrors(options, hasWatchLists) : listErrors(options)
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

function watchErrors(o: ListQuery, hasWatchLists: boolean): FieldError[] {
  const errors: FieldError[] = []
  const forbid = (detail: string): void => void errors.push(forbiddenField('resourceVersionMatch', detail))
  const given = o.resourceVersionMatch
  // A watch from nowhere in particular begins with what is there, and is checked as if it had said so (`SetListOptionsDefaults`).
  const fromState =
    hasWatchLists && o.sendInitialEvents === undefined && given === '' && (o.resourceVersion === '' || o.resourceVersion === '0')
  const match = fromState ? 'NotOlderThan' : given
  const initialEvents = fromState || o.sendInitialEvents !== undefined
  if (initialEvents && match !== 'NotOlderThan') forbid('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
  if (!hasWatchLists && o.sendInitialEvents !== undefined)
    errors.push(
      forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled'),
    )
  if (match === '') return errors
  if (!initialEvents) forbid('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
  if (match !== 'NotOlderThan') errors.push(notSupported('resourceVersionMatch', match, ['NotOlderThan']))
  if (o.continueToken !== '') forbid('resourceVersionMatch is forbidden when continue is provided')
  return errors
}
