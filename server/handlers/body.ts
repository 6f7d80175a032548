import { bodyMediaType } from '../codec/negotiation.ts'
import { decodeRequest } from '../codec/request.ts'
import type { RequestContext } from '../request/context.ts'
import { invalidOptions } from '../apis/meta/v1/options.ts'
import { validateFieldManager } from '../apis/meta/v1/validation.ts'
import { forbiddenField, notSupported, required, type FieldError } from '../machinery/field-errors.ts'
import type { KubeObject } from '../machinery/types.ts'
import { readBody } from './read-body.ts'
import { Query } from '../machinery/query.ts'
import type { Schema } from '../scheme/schema.ts'

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** Options of create, update and patch, from the query. */
export interface WriteQuery {
  dryRun: boolean
  fieldValidation: FieldValidation
  fieldManager: string
  /** Of server-side apply only. */
  force: boolean
  /** What of this the query says, as CreateOptions or UpdateOptions have it. */
  options: Readonly<Record<string, unknown>>
}

const PLAIN_WRITE: WriteQuery = { dryRun: false, fieldValidation: 'Warn', fieldManager: '', force: false, options: {} }
const VALIDATIONS = ['', 'Ignore', 'Strict', 'Warn']

/** `kind` is the options' name in errors; server-side apply has those of a patch under rules of its own. */
export function writeQuery(q: Query, kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions', apply = false): WriteQuery {
  if (q === Query.empty && !apply) return PLAIN_WRITE
  const dryRun = q.getAll('dryRun')
  const text = q.get('fieldValidation') ?? ''
  const fieldManager = q.get('fieldManager') ?? ''
  const errors: FieldError[] = []
  if (apply && fieldManager === '') errors.push(required('fieldManager', 'is required for apply patch'))
  if (kind === 'PatchOptions' && !apply && q.has('force')) errors.push(forbiddenField('force', 'may not be specified for non-apply patch'))
  validateFieldManager(errors, fieldManager, 'fieldManager')
  if (dryRun.some((d) => d !== 'All')) errors.push(notSupported('dryRun', [...dryRun], ['All']))
  if (!VALIDATIONS.includes(text)) errors.push(notSupported('fieldValidation', text, VALIDATIONS))
  if (errors.length > 0) throw invalidOptions(kind, errors)
  return {
    dryRun: dryRun.includes('All'),
    fieldValidation: text === '' ? 'Warn' : (text as FieldValidation),
    fieldManager,
    force: isTrue(q.get('force')),
    options: {
      ...(dryRun.length > 0 ? { dryRun: [...dryRun] } : {}),
      ...(fieldManager === '' ? {} : { fieldManager }),
      ...(text === '' ? {} : { fieldValidation: text }),
    },
  }
}

// apimachinery `runtime/conversion.go`, Convert_Slice_string_To_bool: whatever is not a no is a yes.
const isTrue = (value: string | undefined): boolean => value !== undefined && value !== '0' && value.toLowerCase() !== 'false'

export interface ExpectedBody {
  group: string
  version: string
  kind: string
  schema: Schema
}

/** Reads and decodes a body of the expected kind; warnings for unknown fields go to the client. */
/** @throws 415 for a body that could not be read: what is posted is looked at that far before its options are */
export const checkBodyType = (ctx: RequestContext): void => void bodyMediaType(ctx.exchange.headers['content-type'], ctx.cbor)

export async function readObject(ctx: RequestContext, expected: ExpectedBody, validation: FieldValidation): Promise<KubeObject> {
  const media = bodyMediaType(ctx.exchange.headers['content-type'], ctx.cbor)
  const bytes = await readBody(ctx)
  const { object, warnings } = await decodeRequest(bytes, media, expected, validation, ctx.types)
  for (const text of warnings) ctx.warnings.push(text)
  return object
}

/** A patched document, still JSON, as an object of the expected kind. */
export { decodingPatched, notThatPatch } from '../codec/request.ts'

export function expectedOf(facts: { group: string; version: string; kind: string }, schema: Schema): ExpectedBody {
  return { group: facts.group, version: facts.version, kind: facts.kind, schema }
}
