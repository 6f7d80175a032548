/** kube-controller-manager's flags `--horizontal-pod-autoscaler-…`. */
export interface AutoscalerOptions {
  /** Each is looked at so often, whatever happens. */
  syncPeriodMs: number
  /** For how long the highest recommendation counts; without a window of the autoscaler's own. */
  downscaleStabilizationMs: number
  /** How far from the target usage may be without a change, as a share. */
  tolerance: number
  /** How long after its start a pod's cpu usage may be that of its start, and how soon after it a pod that is not ready has never been. */
  cpuInitializationPeriodMs: number
  initialReadinessDelayMs: number
}

export const AUTOSCALER_DEFAULTS: AutoscalerOptions = {
  syncPeriodMs: 15_000,
  downscaleStabilizationMs: 5 * 60_000,
  tolerance: 0.1,
  cpuInitializationPeriodMs: 5 * 60_000,
  initialReadinessDelayMs: 30_000,
}
