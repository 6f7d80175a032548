import { visitContainers } from '../../../apis/core/v1/container.ts'
import { APPARMOR_CONTAINER, APPARMOR_TEXT, appArmorOf } from '../../../apis/core/v1/pod-warnings.ts'
import { validateAppArmor } from '../../../apis/core/v1/security-context.ts'
import { semanticEqual } from '../../../apis/core/v1/semantic-equal.ts'
import type { Pod } from '../../../apis/core/v1/types.ts'
import type { FieldError } from '../../../machinery/field-errors.ts'
import type { StrategyContext } from '../../generic/strategy.ts'

/** AppArmor's annotations of old become fields at creation, and are warned of (pod strategy applyAppArmorVersionSkew). */
export function applyAppArmorAnnotations(pod: Pod, ctx: StrategyContext): void {
  const { annotations } = pod.metadata
  // Told of a pod that is refused, too.
  const tell = ctx.warnAnyway ?? ctx.warn
  if (!annotations || pod.spec.os?.name === 'windows') return
  const podProfile = pod.spec.securityContext?.appArmorProfile
  visitContainers(pod.spec, 'spec', (c) => {
    const key = APPARMOR_CONTAINER + (c.name ?? '')
    const annotation = annotations[key]
    if (annotation === undefined || c.securityContext?.appArmorProfile) return
    const errors: FieldError[] = []
    const profile = appArmorOf(annotation)
    validateAppArmor(errors, profile, '')
    if (profile && errors.length === 0) {
      if (semanticEqual(profile, podProfile)) return
      c.securityContext = { ...c.securityContext, appArmorProfile: profile }
    }
    tell(`metadata.annotations[${key}]: ${APPARMOR_TEXT}`)
  })
}
