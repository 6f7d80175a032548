import type { Int64 } from '../machinery/numbers.ts'
import type { AdmissionPlugin } from './contract.ts'

interface Toleration {
  key?: string
  operator?: string
  effect?: string
  tolerationSeconds?: Int64
}

const SECONDS = 300
const UNHEALTHY = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']

/** Pods outlast five minutes of an unhealthy node unless they say otherwise (plugin/pkg/admission/defaulttolerationseconds). */
export const defaultTolerationSeconds: AdmissionPlugin = {
  name: 'DefaultTolerationSeconds',
  mutate(a) {
    if (a.subresource !== '' || a.object === undefined || a.resource.resource !== 'pods' || a.resource.group !== '') return
    const spec = (a.object.spec ??= {}) as { tolerations?: Toleration[] | null }
    for (const key of UNHEALTHY) {
      const tolerated = spec.tolerations?.some((t) => (!t.key || t.key === key) && (!t.effect || t.effect === 'NoExecute'))
      if (tolerated) continue
      const added: Toleration = { key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: SECONDS }
      spec.tolerations = [...(spec.tolerations ?? []), added]
    }
  },
}
