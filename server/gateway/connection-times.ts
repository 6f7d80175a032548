/** When a cluster's silence means what. All in milliseconds. */
export interface ConnectionTimes {
  /** Nothing heard for this long is worth a word. */
  quiet: number
  /** Nothing heard for this long, while somebody looks: the cluster is asked for its version. */
  probeAfter: number
  /** A probe waits this long for its answer; then the cluster counts as unreachable. */
  probeLimit: number
  /** A request that has waited this long for its answer makes the cluster be asked, too. */
  doubt: number
  /** The same for a cluster that has never answered yet. */
  first: number
  /** Waits between the probes of an unreachable cluster; the last one repeats. */
  again: readonly number[]
  /** A credential plugin that runs longer than this is named. */
  plugin: number
  /** The last request is this long ago: nobody looks any more, and nothing is asked. */
  interest: number
  /**
   * A watch with bookmarks that brings nothing for this long is opened anew. API servers send a bookmark about every minute
   * (`bookmarkFrequency` in k8s.io/apiserver `pkg/storage/cacher`).
   */
  watchSilence: number
  /** The time for the headers of an answer that is no stream: a little more than an API server's own --request-timeout of 60 s. */
  headers: number
}

export const defaultTimes: ConnectionTimes = {
  quiet: 10_000,
  probeAfter: 30_000,
  probeLimit: 8_000,
  doubt: 5_000,
  first: 1_500,
  again: [1_000, 2_000, 5_000],
  plugin: 500,
  interest: 90_000,
  watchSilence: 180_000,
  headers: 70_000,
}

/**
 * `BINNACLE_CONNECTION_PACE=10` makes all of it ten times as fast, for tests that look at a whole system. Values that are not numbers
 * of at least one count as 1.
 */
export function timesFrom(env: NodeJS.ProcessEnv): ConnectionTimes {
  const pace = Number(env.BINNACLE_CONNECTION_PACE ?? 1)
  if (!Number.isFinite(pace) || pace <= 1) return defaultTimes
  const quicker = (ms: number): number => Math.ceil(ms / pace)
  return {
    quiet: quicker(defaultTimes.quiet),
    probeAfter: quicker(defaultTimes.probeAfter),
    probeLimit: quicker(defaultTimes.probeLimit),
    doubt: quicker(defaultTimes.doubt),
    first: quicker(defaultTimes.first),
    again: defaultTimes.again.map(quicker),
    plugin: quicker(defaultTimes.plugin),
    interest: defaultTimes.interest,
    watchSilence: quicker(defaultTimes.watchSilence),
    headers: quicker(defaultTimes.headers),
  }
}
