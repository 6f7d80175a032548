import { hash } from 'node:crypto'
import type { PodSpec } from '../apis/core/v1/types.ts'
import type { Clock } from '../machinery/clock.ts'
import { ExpiringCache } from '../machinery/expiring-cache.ts'
import { GoFields } from '../machinery/go-fields.ts'
import type { JsonObject } from '../machinery/json-walk.ts'
import type { AskReview } from '../webhook/review.ts'
import { isOf, PODS } from './attributes.ts'
import type { AdmissionAttributes, AdmissionPlugin } from './contract.ts'
import { refusal } from './refusal.ts'

export interface ImagePolicy {
  readonly ask: AskReview
  /** How long an answer is kept. */
  readonly allowMs: number
  readonly denyMs: number
  /** Whether images run while nobody answers. */
  readonly defaultAllow: boolean
  readonly clock: Clock
}

interface Verdict {
  readonly allowed: boolean
  readonly reason: string
  readonly annotations: Readonly<Record<string, string>>
}

const NOTES = 'imagepolicywebhook.image-policy.k8s.io/'
const FAILED_OPEN = 'alpha.image-policy.k8s.io/failed-open'
/** All tries together, as long as a request lasts. */
const DEADLINE_MS = 60_000
const MAX_ENTRIES = 1024
const MAX_BYTES = 4 << 20

/** Somebody else says which images may run, with an ImageReview (plugin/pkg/admission/imagepolicy). */
export function imagePolicyWebhook(policy: ImagePolicy): AdmissionPlugin {
  const kept = new ExpiringCache<Verdict>({ clock: policy.clock, maxEntries: MAX_ENTRIES, maxBytes: MAX_BYTES })
  const decide = async (a: AdmissionAttributes, spec: JsonObject): Promise<void> => {
    const key = hash('sha256', JSON.stringify(spec), 'base64url')
    let verdict = kept.get(key)
    if (verdict === undefined) {
      const review = { kind: 'ImageReview', apiVersion: 'imagepolicy.k8s.io/v1alpha1', metadata: {}, spec, status: { allowed: false } }
      try {
        verdict = await policy.ask(review, DEADLINE_MS, readVerdict)
      } catch (e) {
        return failed(a, e instanceof Error ? e.message : String(e))
      }
      kept.set(key, verdict, key.length + JSON.stringify(verdict).length, verdict.allowed ? policy.allowMs : policy.denyMs)
    }
    for (const [name, value] of Object.entries(verdict.annotations)) note(a, name, value)
    if (verdict.allowed) return
    const { reason } = verdict
    const why =
      reason === '' ? 'one or more images rejected by webhook backend' : `image policy webhook backend denied one or more images: ${reason}`
    throw refusal(a, why)
  }
  const failed = (a: AdmissionAttributes, error: string): void => {
    if (!policy.defaultAllow) throw refusal(a, error)
    note(a, 'failed-open', 'true')
    const { metadata } = a.object!
    metadata.annotations = { ...metadata.annotations, [FAILED_OPEN]: 'true' }
  }
  return {
    name: 'ImagePolicyWebhook',
    validate(a) {
      if (!isOf(a, PODS) || (a.operation !== 'CREATE' && a.operation !== 'UPDATE')) return
      if (a.subresource !== '' && a.subresource !== 'ephemeralcontainers') return
      return decide(a, reviewed(a))
    },
  }
}

function reviewed({ object, subresource, namespace }: AdmissionAttributes): JsonObject {
  const { containers = [], initContainers = [], ephemeralContainers = [] } = (object!.spec ?? {}) as PodSpec
  const all = subresource === '' ? [...containers, ...initContainers] : ephemeralContainers
  const annotations = Object.entries(object!.metadata.annotations ?? {}).filter(([key]) => key.includes('.image-policy.k8s.io/'))
  return {
    ...(all.length === 0 ? {} : { containers: all.map(({ image }) => (image ? { image } : {})) }),
    ...(annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations.sort(([a], [b]) => (a < b ? -1 : 1))) }),
    ...(namespace === '' ? {} : { namespace }),
  }
}

function readVerdict(answer: JsonObject): Verdict {
  const status = new GoFields(answer, 'ImageReview').object('status', 'ImageReviewStatus')
  return { allowed: status.bool('allowed'), reason: status.text('reason'), annotations: status.textMap('auditAnnotations') }
}

/** A name that is none is left out, as upstream. */
function note(a: AdmissionAttributes, name: string, value: string): void {
  try {
    a.annotate(NOTES + name, value)
  } catch {
    // Whoever answers chose it; the decision stands.
  }
}
