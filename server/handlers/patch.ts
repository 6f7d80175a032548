import type { RequestContext } from '../filters/context.ts'
import { copyJson } from '../machinery/copy-json.ts'
import { StatusError } from '../machinery/status.ts'
import type { KubeObject } from '../machinery/types.ts'
import { applyJsonPatch, parseJsonPatch, unknownFields } from '../patch/json-patch.ts'
import { goJson, goMap } from '../patch/go-text.ts'
import { applyMergePatch, parseMergePatch, parseStrategicPatch } from '../patch/merge-patch.ts'
import { duplicateFields } from '../patch/parse.ts'
import { applyStrategicPatch } from '../patch/strategic-merge.ts'
import { mainRules, type UpdateRules } from '../registry/generic/update.ts'
import type { ServedResource } from '../registry/generic/resource.ts'
import type { TypeFacts } from '../scheme/contract.ts'
import { decodePatched, expectedOf, MAX_BODY, writeQuery, type ExpectedBody, type FieldValidation } from './body.ts'
import { strategyContext } from './context.ts'
import { respondEntry, shapeFor } from './respond.ts'

/** A patch as a function of the document it is applied to; throws a Status when it does not fit. */
export interface PatchFunction {
  (document: KubeObject): unknown
  /** How an error shows the patch: as itself, or as the document that it made. */
  shown(document: unknown): string
  /** What strict decoding has against the patch itself. */
  strict: readonly string[]
}

/** What patchFunction knows; the OpenAPI documents promise these. */
export const PATCH_TYPES = ['application/json-patch+json', 'application/merge-patch+json', 'application/strategic-merge-patch+json']

const mediaType = (contentType: string): string => contentType.split(';', 1)[0]!.trim().toLowerCase()
const unsupported = (): StatusError => new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})

/** 415 for a type that is not known here, before anything else is looked at: kubectl learns from it that there is no server-side apply. */
export function checkPatchType(ctx: RequestContext): void {
  if (!PATCH_TYPES.includes(mediaType(ctx.exchange.headers['content-type'] ?? ''))) throw unsupported()
}

/** Parses a patch body by its content type. */
export function patchFunction(contentType: string, body: Buffer, type: TypeFacts): PatchFunction {
  const strict = (patch: unknown): string[] => duplicateFields(body.toString('utf8'), patch)
  switch (mediaType(contentType)) {
    case 'application/json-patch+json': {
      const operations = parseJsonPatch(body)
      return Object.assign((doc: KubeObject) => applyJsonPatch(doc, operations), {
        shown: (doc: unknown) => goJson(doc),
        strict: [...strict(operations), ...unknownFields(operations)].map((text) => `json patch ${text}`),
      })
    }
    case 'application/merge-patch+json': {
      const patch = parseMergePatch(body)
      return Object.assign((doc: KubeObject) => applyMergePatch(doc, patch), {
        shown: (doc: unknown) => goJson(doc, patch),
        strict: strict(patch),
      })
    }
    case 'application/strategic-merge-patch+json': {
      const patch = parseStrategicPatch(body)
      return Object.assign((doc: KubeObject) => applyStrategicPatch(doc, patch, type), { shown: () => goMap(patch), strict: strict(patch) })
    }
    default:
      throw unsupported()
  }
}

/** Applies a patch and reads the result as an object of the expected kind. */
export function patched(
  ctx: RequestContext,
  fn: PatchFunction,
  current: KubeObject,
  expected: ExpectedBody,
  validation: FieldValidation,
): KubeObject {
  const document = fn(current)
  const { object, warnings } = decodePatched(document, expected, validation, {
    shown: () => fn.shown(document),
    strict: fn.strict,
  })
  for (const w of warnings) if (!ctx.warnings.includes(w)) ctx.warnings.push(w)
  return object
}

export async function readPatch(ctx: RequestContext, type: TypeFacts): Promise<PatchFunction> {
  const contentType = ctx.exchange.headers['content-type'] ?? ''
  return patchFunction(contentType, await ctx.exchange.readBody(MAX_BODY), type)
}

/** PATCH on an object, or with other rules on a part of it. */
export async function patchObject(
  ctx: RequestContext,
  served: ServedResource,
  rules: UpdateRules = mainRules(served.store),
): Promise<void> {
  checkPatchType(ctx)
  const shape = shapeFor(ctx, served)
  const { namespace, name } = ctx.requestInfo
  const query = writeQuery(ctx.requestInfo.query, 'PatchOptions')
  const fn = await readPatch(ctx, served.type)
  const expected = expectedOf(served.facts, served.type)
  const { entry } = await served.store.update({
    namespace,
    name,
    context: strategyContext(ctx, query.dryRun),
    rules,
    change(current) {
      const shown = served.identity ? copyJson(current!) : served.fromStored(copyJson(current!))
      const next = patched(ctx, fn, shown, expected, query.fieldValidation)
      return served.identity ? next : served.toStored(next)
    },
  })
  respondEntry(ctx, shape, entry)
}
