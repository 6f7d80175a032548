import { formatTime } from '../../machinery/clock.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { Strategy, StrategyContext } from '../generic/strategy.ts'
import { fillZero, objectAt, objectsAt, type Json } from './fill.ts'

/** Defaults of claims of devices, and of taints (resource.k8s.io/v1 defaults). */
function defaultRequest(request: Json): void {
  fillZero(request, { allocationMode: 'ExactCount' })
  if (request.allocationMode === 'ExactCount') fillZero(request, { count: 1 })
  for (const toleration of objectsAt(request, 'tolerations')) fillZero(toleration, { operator: 'Equal' })
}

const claim = (path: string): Strategy => ({
  default(obj) {
    for (const request of objectsAt(obj, path)) {
      const exactly = objectAt(request, 'exactly')
      for (const one of [...(exactly === undefined ? [] : [exactly]), ...objectsAt(request, 'firstAvailable')]) defaultRequest(one)
    }
  },
})

const tainted = (taints: (obj: KubeObject) => Json[]): Strategy => {
  const stamp = (obj: KubeObject, ctx: StrategyContext): void => {
    for (const taint of taints(obj)) fillZero(taint, { timeAdded: formatTime(ctx.clock.now()) })
  }
  return { prepareForCreate: stamp, prepareForUpdate: (obj, _old, ctx) => stamp(obj, ctx) }
}

export const deviceStrategies: Readonly<Record<string, Strategy>> = {
  'resourceclaims.resource.k8s.io': claim('spec.devices.requests'),
  'resourceclaimtemplates.resource.k8s.io': claim('spec.spec.devices.requests'),
  'devicetaintrules.resource.k8s.io': tainted((obj) => [objectAt(obj, 'spec.taint')].filter((t) => t !== undefined)),
  'resourceslices.resource.k8s.io': tainted((obj) => objectsAt(obj, 'spec.devices').flatMap((d) => objectsAt(d, 'taints'))),
}
