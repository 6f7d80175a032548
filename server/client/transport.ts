/** How a client's requests reach an API server: over the network or inside the process, with the same interface. */
export interface Transport {
  /** `path` begins with `/` and carries the query. Rejects only when no answer came; an HTTP error is an answer. */
  request(req: TransportRequest): Promise<TransportResponse>
  /** The response's body as it comes. Abort ends it. */
  stream(req: TransportRequest): Promise<TransportStream>
  close(): Promise<void>
}

export interface TransportRequest {
  method: string
  path: string
  headers?: Record<string, string>
  body?: Buffer
  signal?: AbortSignal
  /** The caller takes a watch's events as objects (machinery/object-frame) where the server is in this process; others ignore it. */
  objects?: boolean
}

export interface TransportResponse {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

export interface TransportStream {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: AsyncIterable<Buffer>
}
