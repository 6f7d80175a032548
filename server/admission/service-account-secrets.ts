import { visitConfiguration } from '../apis/core/v1/pod-references.ts'
import type { Container, PodSpec } from '../apis/core/v1/types.ts'
import { isSet, listAt } from '../machinery/json-walk.ts'
import type { KubeObject } from '../machinery/types.ts'

/** What the ServiceAccount plugin holds against secrets in a pod: each function's answer is the first thing that is wrong, in upstream's words. */

export interface Account extends KubeObject {
  automountServiceAccountToken?: boolean
  imagePullSecrets?: { name?: string }[]
  secrets?: { name?: string }[]
}

const ENFORCE = 'kubernetes.io/enforce-mountable-secrets'
/** As Go's ParseBool has it. */
const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True'])

/** Whether pods of the account may use no secrets but those that it names. */
export const enforcesSecrets = ({ metadata }: Account): boolean => TRUE.has(metadata.annotations?.[ENFORCE] ?? '')

const namesOf = (refs: readonly { name?: string }[] | undefined): ReadonlySet<string> => new Set((refs ?? []).map((r) => r.name ?? ''))

function ofContainers(
  kind: string,
  containers: readonly Container[] | undefined,
  may: ReadonlySet<string>,
  not: string,
): string | undefined {
  for (const { name = '', env, envFrom } of containers ?? []) {
    for (const { name: variable = '', valueFrom } of env ?? []) {
      const secret = valueFrom?.secretKeyRef?.name ?? ''
      if (valueFrom?.secretKeyRef === undefined || may.has(secret)) continue
      return `${kind} ${name} with envVar ${variable} referencing secret.secretName="${secret}" is not allowed because ${not}`
    }
    for (const { secretRef } of envFrom ?? []) {
      const secret = secretRef?.name ?? ''
      if (secretRef !== undefined && !may.has(secret)) {
        return `${kind} ${name} with envFrom referencing secret.secretName="${secret}" is not allowed because ${not}`
      }
    }
  }
  return undefined
}

const without = ({ metadata }: Account): string => `service account ${metadata.name} does not reference that secret`

export function forbiddenSecret(account: Account, spec: PodSpec): string | undefined {
  const may = namesOf(account.secrets)
  const not = without(account)
  for (const { secret } of spec.volumes ?? []) {
    const name = (secret as { secretName?: string } | undefined)?.secretName ?? ''
    if (secret !== undefined && !may.has(name)) return `volume with secret.secretName="${name}" is not allowed because ${not}`
  }
  const why = ofContainers('init container', spec.initContainers, may, not) ?? ofContainers('container', spec.containers, may, not)
  if (why !== undefined) return why
  const pull = namesOf(account.imagePullSecrets)
  const i = (spec.imagePullSecrets ?? []).findIndex((ref) => !pull.has(ref.name ?? ''))
  if (i < 0) return undefined
  const name = spec.imagePullSecrets![i]!.name ?? ''
  return `imagePullSecrets[${i}].name="${name}" is not allowed because service account ${account.metadata.name} does not reference that imagePullSecret`
}

export const forbiddenEphemeralSecret = (account: Account, spec: PodSpec): string | undefined =>
  ofContainers('ephemeral container', spec.ephemeralContainers, namesOf(account.secrets), without(account))

/** A mirror pod runs already, of a file: what its node would need of the API it cannot have. */
export function forbiddenInMirror(pod: KubeObject): string | undefined {
  if ((pod.spec as PodSpec | undefined)?.serviceAccountName) return 'a mirror pod may not reference service accounts'
  let secrets = false
  visitConfiguration(pod, (kind) => void (secrets ||= kind === 'secret'))
  if (secrets) return 'a mirror pod may not reference secrets'
  const tokens = listAt(pod, 'spec.volumes').some((v) => listAt(v, 'projected.sources').some((s) => isSet(s, 'serviceAccountToken')))
  return tokens ? 'a mirror pod may not use ServiceAccountToken volume projections' : undefined
}
