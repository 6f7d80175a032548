import { formatDuration } from '../machinery/go-duration.ts'
import { GoFields } from '../machinery/go-fields.ts'
import { objectAt, type JsonObject } from '../machinery/json-walk.ts'

export interface ImagePolicyConfiguration {
  readonly kubeConfigFile: string
  readonly allowMs: number
  readonly denyMs: number
  /** Before the second try. */
  readonly retryMs: number
  readonly defaultAllow: boolean
}

const MS = 1_000_000n
const SECOND = 1000n * MS
const HALF_HOUR = 1800n * SECOND

/** In which unit a time is told, what is meant by 0, and between what it must be; in nanoseconds. */
const TIMES = {
  retryBackoff: { unit: MS, otherwise: 500n * MS, least: 1n, most: 300n * SECOND },
  allowTTL: { unit: SECOND, otherwise: 300n * SECOND, least: SECOND, most: HALF_HOUR },
  denyTTL: { unit: SECOND, otherwise: 30n * SECOND, least: SECOND, most: HALF_HOUR },
} as const

/**
 * What ImagePolicyWebhook is told, without which it does not start (plugin/pkg/admission/imagepolicy/config.go). Of times -1 stands for none.
 * @throws Error of one sentence
 */
export function readImagePolicyConfiguration(value: unknown): ImagePolicyConfiguration {
  if (value === undefined) throw new Error('no config specified')
  const policy = new GoFields((objectAt(value, 'imagePolicy') ?? {}) as JsonObject, 'imagePolicyWebhookConfig')
  const ms = (field: keyof typeof TIMES): number => {
    const { unit, otherwise, least, most } = TIMES[field]
    const given = BigInt(policy.int64(field) ?? 0)
    if (given === -1n) return 0
    const time = given === 0n ? otherwise : given * unit
    if (time >= least && time <= most) return Number(time) / Number(MS)
    throw new Error(`valid value is between ${formatDuration(least)} and ${formatDuration(most)}, got ${formatDuration(time)}`)
  }
  const [retryMs, allowMs, denyMs] = [ms('retryBackoff'), ms('allowTTL'), ms('denyTTL')]
  return { kubeConfigFile: policy.text('kubeConfigFile'), defaultAllow: policy.bool('defaultAllow'), retryMs, allowMs, denyMs }
}
