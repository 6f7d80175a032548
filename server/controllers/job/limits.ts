/** What kube-controller-manager has as variables that its tests set (pkg/controller/job/job_controller.go). */
export interface JobLimits {
  /** How long a job waits after its first failed pod; each further one doubles it. */
  firstBackoffMs: number
  longestBackoffMs: number
  /** Keeps uncountedTerminatedPods below about 20 KB, and big jobs from starving small ones. */
  maxUncountedPods: number
  /** At most so many creates or deletes in one round. */
  maxPodsPerRound: number
}

export const JOB_DEFAULTS: JobLimits = {
  firstBackoffMs: 10_000,
  longestBackoffMs: 600_000,
  maxUncountedPods: 500,
  maxPodsPerRound: 500,
}
