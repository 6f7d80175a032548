/** What a request's path, query and method say it is about (apiserver `endpoints/request/requestinfo.go`). */
export interface RequestInfo {
  readonly isResourceRequest: boolean
  /** Decoded path. */
  readonly path: string
  /** get, list, watch, create, update, patch, delete, deletecollection, proxy; the lower-case method for other paths. */
  readonly verb: string
  /** `api` or `apis`. */
  readonly apiPrefix: string
  readonly apiGroup: string
  readonly apiVersion: string
  readonly namespace: string
  readonly resource: string
  readonly subresource: string
  readonly name: string
  /** Path segments from the resource on. */
  readonly parts: readonly string[]
  /** Selectors as the query has them, for list, watch and deletecollection; else empty. */
  readonly fieldSelector: string
  readonly labelSelector: string
}
