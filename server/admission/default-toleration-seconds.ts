import type { Int64 } from '../machinery/numbers.ts'
import type { AdmissionPlugin } from './contract.ts'

interface Toleration {
  key?: string
  operator?: string
  effect?: string
  tolerationSeconds?: Int64
}

/** How long pods outlast a node, in seconds (`--default-not-ready-toleration-seconds`, `--default-unreachable-toleration-seconds`). */
export interface TolerationSeconds {
  readonly notReady: number
  readonly unreachable: number
}

export const TOLERATION_SECONDS: TolerationSeconds = { notReady: 300, unreachable: 300 }

/** Pods outlast some minutes of an unhealthy node unless they say otherwise (plugin/pkg/admission/defaulttolerationseconds). */
export function defaultTolerationSeconds({ notReady, unreachable }: TolerationSeconds): AdmissionPlugin {
  const unhealthy = Object.entries({ 'node.kubernetes.io/not-ready': notReady, 'node.kubernetes.io/unreachable': unreachable })
  return {
    name: 'DefaultTolerationSeconds',
    mutate(a) {
      if (a.subresource !== '' || a.object === undefined || a.resource.resource !== 'pods' || a.resource.group !== '') return
      const spec = (a.object.spec ??= {}) as { tolerations?: Toleration[] | null }
      for (const [key, tolerationSeconds] of unhealthy) {
        const tolerated = spec.tolerations?.some((t) => (!t.key || t.key === key) && (!t.effect || t.effect === 'NoExecute'))
        if (tolerated) continue
        const added: Toleration = { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds }
        spec.tolerations = [...(spec.tolerations ?? []), added]
      }
    },
  }
}
