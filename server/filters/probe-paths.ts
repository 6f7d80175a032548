/** What probes ask: answered while the server ends, and however much is running (the reference's FlowSchema `probes`, which is exempt). */
export const probePaths: ReadonlySet<string> = new Set(['/readyz', '/livez', '/healthz'])
