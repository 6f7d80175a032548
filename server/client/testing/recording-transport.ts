import type { Transport, TransportRequest, TransportResponse } from '../transport.ts'

export interface RecordedRequest {
  method: string
  path: string
  contentType: string | undefined
  body: Record<string, unknown> | undefined
}

/** Notes each request and answers from a function; for code whose only outcome is what it sends. */
export function recordingTransport(
  answer: (req: RecordedRequest) => { status: number; json: unknown } = (r) => ({ status: 200, json: r.body ?? {} }),
): Transport & { requests: RecordedRequest[] } {
  const requests: RecordedRequest[] = []
  return {
    requests,
    request: async (req: TransportRequest): Promise<TransportResponse> => {
      const seen: RecordedRequest = {
        method: req.method,
        path: req.path,
        contentType: req.headers?.['content-type'],
        body: req.body === undefined ? undefined : (JSON.parse(req.body.toString()) as Record<string, unknown>),
      }
      requests.push(seen)
      const { status, json } = answer(seen)
      return { status, headers: {}, body: Buffer.from(JSON.stringify(json)) }
    },
    stream: () => Promise.reject(new Error('this transport has no streams')),
    close: () => Promise.resolve(),
  }
}
