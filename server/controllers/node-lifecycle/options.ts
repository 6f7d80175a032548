/** kube-controller-manager's flags of the same names. */
export interface NodeLifecycleOptions {
  nodeMonitorPeriodMs: number
  /** How long a node may be silent, and how long one that has never reported. */
  nodeMonitorGracePeriodMs: number
  nodeStartupGracePeriodMs: number
  /** Nodes a second, in a healthy zone and in a large unhealthy one. */
  nodeEvictionRate: number
  secondaryNodeEvictionRate: number
  largeClusterSizeThreshold: number
  unhealthyZoneThreshold: number
}

export const NODE_LIFECYCLE_DEFAULTS: NodeLifecycleOptions = {
  nodeMonitorPeriodMs: 5000,
  nodeMonitorGracePeriodMs: 50_000,
  nodeStartupGracePeriodMs: 60_000,
  nodeEvictionRate: 0.1,
  secondaryNodeEvictionRate: 0.01,
  largeClusterSizeThreshold: 50,
  unhealthyZoneThreshold: 0.55,
}
