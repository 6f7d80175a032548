import type { RequestContext } from '../request/context.ts'
import { copyingJson } from '../machinery/copy-json.ts'
import { cutDepth } from '../machinery/json.ts'
import { scanJson } from '../machinery/json-scan.ts'
import { jsonText } from '../machinery/json-text.ts'
import { withoutSpellings } from '../machinery/numbers.ts'
import { once } from '../machinery/once.ts'
import { inTurns, type Pausing, Slice } from '../machinery/slice.ts'
import { StatusError, unsupportedMediaType } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { applyingJsonPatch, jsonPatchOf, reachedBy, unknownFields } from '../patch/json-patch.ts'
import { goText } from '../machinery/json-values.ts'
import { goJson } from '../patch/go-text.ts'
import { applyingMergePatch, mergePatchOf, strategicPatchOf } from '../patch/merge-patch.ts'
import { conversionError, convertedNumbers } from '../patch/conversion.ts'
import { duplicateFields, MAX_STRICT_ERRORS, parsePatch } from '../patch/parse.ts'
import { applyStrategicPatch, patchAsShown } from '../patch/strategic-merge.ts'
import { mainRules, type UpdateRules } from '../registry/generic/update-rules.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import type { Schema } from '../scheme/schema.ts'
import { hasRawFields } from '../scheme/raw.ts'
import { APPLY_CBOR_TYPE, APPLY_TYPE, applyObject } from './apply.ts'
import { decodingPatched, expectedOf, notThatPatch, writeQuery, type ExpectedBody, type FieldValidation } from './body.ts'
import { readBody } from './read-body.ts'
import { strategyContext } from './context.ts'
import { respondEntry, encoderFor } from './respond.ts'
import { updateIn } from '../registry/generic/write.ts'

/** A patch that is not applied yet. What is wrong with it shows when it is: an object that is not there is told first. */
export interface Patch {
  /** In turns with others. @throws a Status when it does not fit */
  apply(document: KubeObject): Pausing<unknown>
  /** How an error shows the patch: as itself, or as the document that it made. */
  shown(document: unknown): string
  /** What strict decoding has against the patch itself. */
  strict(): readonly string[]
  /** Kind and apiVersion of the outcome do not count: it is read into the object's own type, whose errors have words of their own. */
  typeError?: (document: unknown) => string | undefined
  /** The document as it is read: without what only `typeError` asks of its numbers. */
  plain?: (document: unknown) => unknown
  /** The document with the numbers that this conversion makes of those that do not fit their fields. */
  convert?: (document: unknown) => unknown
}

const STRATEGIC = 'application/strategic-merge-patch+json'
/** What patchOf knows. */
const PATCHES = ['application/json-patch+json', 'application/merge-patch+json', STRATEGIC]
/** What PATCH takes of a built-in kind: the OpenAPI documents promise these. */
export const patchTypes = (cbor: boolean): readonly string[] => [...PATCHES, APPLY_TYPE, ...(cbor ? [APPLY_CBOR_TYPE] : [])]
/** Custom kinds have no strategic merge. */
export const customPatchTypes = (cbor: boolean): readonly string[] => patchTypes(cbor).filter((type) => type !== STRATEGIC)

const mediaType = (contentType: string): string => contentType.split(';', 1)[0]!.trim().toLowerCase()
const unsupported = (): StatusError => new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
const unsupportedCustom = (types: readonly string[]): StatusError =>
  unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${types.join(', ')}`)

/** 415 for a type that is not known here, before anything else is looked at. */
export function checkPatchType({ exchange, cbor = false }: RequestContext, { facts }: Schema): void {
  const type = mediaType(exchange.headers['content-type'] ?? '')
  const custom = customPatchTypes(cbor)
  if (facts === undefined && !custom.includes(type)) throw unsupportedCustom(custom)
  if (!PATCHES.includes(type)) throw unsupported()
}

/** Whether the client applies a partial object instead of patching (server-side apply). */
export function isApply({ exchange, cbor }: RequestContext): boolean {
  const type = mediaType(exchange.headers['content-type'] ?? '')
  return type === APPLY_TYPE || (cbor === true && type === APPLY_CBOR_TYPE)
}

/** Faults of operations (`unknown field "[1].x"`) as they are read: one operation after another. */
function inOrder(faults: readonly string[]): string[] {
  const operation = (fault: string): number => Number(/"\[(\d+)\]/.exec(fault)?.[1] ?? 0)
  return faults.toSorted((a, b) => operation(a) - operation(b))
}

/** A patch body by its content type. Throws 400 for one that is no JSON. */
export function patchOf(contentType: string, body: Buffer, { facts: type }: Schema, validation: FieldValidation): Patch {
  const media = mediaType(contentType)
  // Custom kinds have no strategic merge.
  if (!PATCHES.includes(media) || (media === STRATEGIC && type === undefined)) throw unsupported()
  const typed = validation !== 'Ignore'
  // What no field of a type can hold is not looked at, as deep as it may be.
  const text = type === undefined || hasRawFields(type) ? jsonText(body) : cutDepth(jsonText(body))
  const value = parsePatch(text)
  const duplicates = (): string[] => duplicateFields(text, value)
  if (media === 'application/json-patch+json') {
    const operations = once(() => jsonPatchOf(value, typed))
    return {
      apply: (doc) => applyingJsonPatch(doc, operations()),
      shown: (doc) => goJson(doc, reachedBy(operations())),
      strict: () =>
        inOrder([...unknownFields(operations()), ...duplicates()])
          .slice(0, MAX_STRICT_ERRORS)
          .map((text) => `json patch ${text}`),
    }
  }
  if (media === 'application/merge-patch+json') {
    return {
      *apply(doc) {
        const merge = mergePatchOf(value, typed)
        yield
        return yield* applyingMergePatch(doc, merge)
      },
      shown: (doc) => goJson(doc, value),
      strict: duplicates,
    }
  }
  if (type === undefined) throw unsupported()
  return {
    *apply(doc) {
      const document = hasRawFields(type) ? withoutSpellings(doc) : doc
      yield
      return applyStrategicPatch(document, strategicPatchOf(value), type)
    },
    shown: () => goText(patchAsShown(strategicPatchOf(value))),
    strict: duplicates,
    typeError: (doc) => conversionError(doc, type),
    plain: (doc) => (scanJson(text).unusualNumbers ? withoutSpellings(doc) : doc),
    convert: (doc) => convertedNumbers(withoutSpellings(doc), type),
  }
}

/** Applies a patch to a copy of `current` and reads the result as an object of the expected kind, in turns with others. */
export async function patched(
  ctx: RequestContext,
  patch: Patch,
  current: KubeObject,
  expected: ExpectedBody,
  validation: FieldValidation,
  convert: (object: KubeObject) => KubeObject = (object) => object,
): Promise<KubeObject> {
  // A large object takes longer at a step than others may have to wait.
  const slice = new Slice()
  const copy = await inTurns(copyingJson(current), slice)
  const document = await inTurns(patch.apply(convert(copy)), slice)
  if (slice.over) await slice.next()
  return inTurns(readingPatched(ctx, patch, document, expected, validation), slice)
}

/** What a patch has made, as an object of the expected kind. */
function* readingPatched(
  ctx: RequestContext,
  patch: Patch,
  document: unknown,
  expected: ExpectedBody,
  validation: FieldValidation,
): Pausing<KubeObject> {
  const { object, warnings } = yield* decodingPatched(document, expected, validation, {
    shown: () => patch.shown(document),
    types: ctx.types,
    strict: validation === 'Ignore' ? [] : patch.strict(),
    typeError: patch.typeError,
    plain: patch.plain,
    convert: patch.convert,
  })
  for (const text of warnings) ctx.warnings.push(text)
  return object
}

/** A strategic patch has made an object of its type by then, which another is made of. */
const unreadablePatch = (patch: Patch, outcome: KubeObject, why: string): Error =>
  patch.typeError === undefined ? notThatPatch({ shown: () => patch.shown(outcome) }, why) : new StatusError(500, '', why)

export async function readPatch(ctx: RequestContext, schema: Schema, validation: FieldValidation): Promise<Patch> {
  const contentType = ctx.exchange.headers['content-type'] ?? ''
  return patchOf(contentType, await readBody(ctx), schema, validation)
}

/** PATCH on an object, or with other rules on a part of it. */
export async function patchObject(
  ctx: RequestContext,
  served: ServedResource,
  rules: UpdateRules = mainRules(served.store),
): Promise<void> {
  if (isApply(ctx)) return applyObject(ctx, served, rules)
  checkPatchType(ctx, served.schema)
  const encoder = encoderFor(ctx, served)
  const { namespace, name } = ctx.requestInfo
  const query = writeQuery(ctx.requestInfo.query, 'PatchOptions')
  const patch = await readPatch(ctx, served.schema, query.fieldValidation)
  const expected = expectedOf(served.facts, served.schema)
  const { strategy } = served.store.resource
  const { entry } = await updateIn(served.store, {
    namespace,
    name,
    context: strategyContext(ctx, query),
    rules,
    patches: true,
    async change(current) {
      const next = await patched(ctx, patch, current!, expected, query.fieldValidation, (copy) =>
        served.identity ? copy : served.fromStored(copy),
      )
      const stored = served.identity ? next : served.toStored(next)
      const fault = strategy.unreadable?.(stored)
      if (fault !== undefined) throw unreadablePatch(patch, next, fault)
      return stored
    },
  })
  return respondEntry(ctx, encoder, entry)
}
