import type { Request } from './play.ts'

type Json = Record<string, unknown>

/** Requests of the tables of cases. `more` is what a case says beside them: a token, headers, another type. */
export const post = (name: string, path: string, body: Json, more: Partial<Request> = {}): Request => ({
  ...{ name, method: 'POST', path, body },
  ...more,
})

/** A merge patch, unless another type is given. */
export const patch = (name: string, path: string, body: Json, more: Partial<Request> = {}): Request => ({
  ...{ name, method: 'PATCH', path, body, type: 'application/merge-patch+json' },
  ...more,
})
