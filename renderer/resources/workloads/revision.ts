const revisionKey = 'deployment.kubernetes.io/revision'

/** The revision that the deployment controller has given a Deployment or one of its ReplicaSets. */
export const revisionOf = (object: { metadata: { annotations?: Record<string, string> } }): string | undefined =>
  object.metadata.annotations?.[revisionKey]
