import { type PatchCase, mediaTypes, paths, withoutDocument } from './patch-cases.ts'

export interface Answer {
  status: number
  /** The Warning headers' texts, in order. */
  warnings: readonly string[]
  body: unknown
}

export interface Request {
  method: string
  path: string
  contentType: string
  body: string
}

/** What a server answers to a case, without what differs from server to server. */
export interface Fact {
  /** 0 where the reference panics: any 4xx will do. */
  code: number
  reason?: string
  message?: string
  warnings?: readonly string[]
  part?: unknown
}

export async function play(c: PatchCase, send: (request: Request) => Promise<Answer>): Promise<Fact> {
  const query = c.fieldValidation === undefined ? '' : `&fieldValidation=${c.fieldValidation}`
  const answer = await send({
    method: 'PATCH',
    path: `${paths[c.object]}?dryRun=All${query}`,
    contentType: mediaTypes[c.type],
    body: c.patch,
  })
  const body = answer.body as { message?: string; reason?: string }
  const fact: Fact = { code: answer.status }
  if (answer.status === 0) return fact
  if (answer.warnings.length > 0) fact.warnings = answer.warnings
  if (answer.status >= 400) {
    if (body.reason !== undefined) fact.reason = body.reason
    fact.message = withoutDocument(body.message ?? '')
  } else fact.part = partOf(answer.body, c.part)
  return fact
}

/** Objects come without their metadata, which times and identities are in. */
function partOf(object: unknown, part: readonly (string | number)[]): unknown {
  let at = object
  for (const key of part) at = (at as Record<string | number, unknown> | null | undefined)?.[key]
  if (part.length > 0) return at
  const { metadata: _, ...rest } = at as { metadata: unknown }
  return rest
}
