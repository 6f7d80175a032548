/** A request body against the type it should have: the object to work on, or why it is refused, by `fieldValidation`. */
import { hasDuplicateKeys, parseEntries } from '../machinery/json.ts'
import { scanJson } from '../machinery/json-scan.ts'
import { parseSpelled } from '../machinery/numbers.ts'
import { atOnce, type Pausing } from '../machinery/slice.ts'
import { goQuote } from '../machinery/go-quote.ts'
import { badRequest, type StatusError } from '../machinery/status.ts'
import type { GroupVersionKind, KubeObject } from '../machinery/types.ts'
import { checkObject } from './check.ts'
import type { TypeFacts } from './contract.ts'
import { explain } from './explain.ts'

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

export interface DecodedTyped {
  /** In the reference's normal form (see check.ts), with the empty lists that Go keeps. Meaningless when there are errors. */
  object: KubeObject
  /** For `Warning: 299` headers, in the order of the text. Only under Warn. */
  warnings: string[]
  /** Why the body is refused: one text, to be put through `cannotHandle`. Empty when it is not. */
  errors: string[]
}

/**
 * @param value what parseJson or the YAML parser gave; not changed
 * @param text the JSON text that was parsed, for duplicate fields and for numbers, which `value` may have rounded; leave out for YAML,
 *   whose parser reports duplicates itself and has numbers as they are
 */
export const decodeTyped = (type: TypeFacts, value: unknown, mode: FieldValidation, text?: string): DecodedTyped =>
  atOnce(decodingTyped(type, value, mode, text))

/** The same, with a pause after each pass over the object. */
export function* decodingTyped(type: TypeFacts, value: unknown, mode: FieldValidation, text?: string): Pausing<DecodedTyped> {
  const strict = mode !== 'Ignore'
  let given = value
  let checked = checkObject(type, value, true)
  yield
  const scan = text !== undefined && (strict || checked.numbers) ? scanJson(text) : undefined
  if (scan?.unusualNumbers === true && checked.numbers) {
    given = parseSpelled(text!)
    yield
    checked = checkObject(type, given, true)
  }
  yield
  const { object, wrong, unknown } = checked
  keepReset(object, value)
  const result: DecodedTyped = { object: object as KubeObject, warnings: [], errors: [] }
  const duplicates = strict && scan !== undefined && hasDuplicateKeys(text!, value, scan.keys)
  if (!wrong && !(strict && (unknown || duplicates))) return result
  yield
  const found = explain(type, duplicates ? parseEntries(text!) : given, !wrong, text === undefined)
  if (wrong) result.errors.push(found.typeError ?? `json: cannot unmarshal into Go value of type ${type.name}`)
  else if (found.strict.length === 0) return result
  else if (mode === 'Strict') result.errors.push(`strict decoding error: ${found.strict.join(', ')}`)
  else if (mode === 'Warn') result.warnings.push(...found.strict)
  return result
}

/** `managedFields: []` asks for something that their absence does not: to forget them. */
export function keepReset(object: unknown, value: unknown): void {
  const sent = (value as Partial<KubeObject> | null)?.metadata?.managedFields
  if (Array.isArray(sent) && sent.length === 0) (object as Partial<KubeObject>).metadata!.managedFields = sent
}

/** The 400 for a body that was recognised as `kind` but cannot be read as `wanted`. */
export function cannotHandle(gvk: GroupVersionKind, wanted: string, why: string): StatusError {
  const version = goQuote(gvk.version)
  return badRequest(`${gvk.kind} in version ${version} cannot be handled as a ${wanted}: ${why}`)
}
