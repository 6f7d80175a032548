import { applyScale, checkScaleIdentity, toScale, type Scale } from '../../apis/apps/v1/scale.ts'
import type { KubeObject } from '../../machinery/types.ts'
import { scaleSubresource, scaleTable } from '../generic/subresources.ts'

/** `/scale` of workloads that keep their number in spec.replicas. */
export const scale = scaleSubresource({
  table: scaleTable,
  toScale: (obj): KubeObject => toScale(obj) as Scale & KubeObject,
  checkIdentity: checkScaleIdentity,
  applyScale,
})
