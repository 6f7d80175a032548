/** How a cluster is, as the gateway tells it from the cluster's own signs of life. */
export interface ClusterState {
  context: string
  phase: 'idle' | 'connecting' | 'plugin' | 'live' | 'quiet' | 'unreachable' | 'unusable' | 'signedOut' | 'forbidden'
  /** Milliseconds since the epoch: last heard, or first asked; for `plugin` when that began; 0 where it says nothing. */
  since: number
  /** The credential plugin that runs. */
  plugin?: string
  message?: string
}
