/**
 * Where the Unix socket of an endpoint is, which may be written `unix:///path`, `unix:path` and, as etcd has it, `unix://path` with a path that
 * is relative (etcd `client/v3/internal/endpoint`); undefined for an endpoint that is elsewhere.
 */
export const socketPath = (endpoint: string): string | undefined => /^unix:(?:\/\/)?(.+)$/.exec(endpoint)?.[1]
