import { ApiError, apiErrorFrom, toApiError } from './api-error.ts'
import { parseJson } from './json.ts'
import { keyHeaders } from './session-key.ts'

export const clusterPath = (context: string, path: string): string => `/clusters/${encodeURIComponent(context)}${path}`

/** Headers are a plain object, so that the key can be added to them. */
type Init = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }

/** Rejects with ApiError, both when no answer came and when the answer is not 2xx. */
export async function request(path: string, init: Init = {}): Promise<Response> {
  const asked = `${init.method ?? 'GET'} ${path}`
  let response: Response
  try {
    response = await fetch(path, { credentials: 'same-origin', ...init, headers: { ...init.headers, ...keyHeaders() } })
  } catch (thrown) {
    throw toApiError(thrown, asked)
  }
  // The gateway's own refusals are pages for people; only a window without a session gets one here.
  if (response.status === 401 && response.headers.get('content-type')?.startsWith('text/html')) {
    throw new ApiError({ code: 401, reason: 'NoSession', message: 'HTTP 401', request: asked })
  }
  if (!response.ok) throw apiErrorFrom(response.status, await response.text().catch(() => ''), asked)
  return response
}

/** The body is trusted to have the shape T: it comes from the API server of a cluster the user chose. */
export async function requestJson<T>(path: string, init: Init = {}): Promise<T> {
  const response = await request(path, { ...init, headers: { accept: 'application/json', ...init.headers } })
  const text = await response.text()
  try {
    return parseJson(text) as T
  } catch {
    const asked = `${init.method ?? 'GET'} ${path}`
    const type = response.headers.get('content-type') ?? 'something'
    const what = {
      code: 502,
      reason: 'NotKubernetes',
      message: `the answer is ${type}, and no JSON`,
      request: asked,
      body: text.slice(0, 2000),
    }
    throw new ApiError(what)
  }
}
