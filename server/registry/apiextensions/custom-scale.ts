import { goQuote } from '../../machinery/go-quote.ts'
import type { JsonObject } from '../../machinery/json-values.ts'
import { readScale, writeReplicas, type ScalePaths } from '../../extensions/scale.ts'
import { copyJson } from '../../machinery/copy-json.ts'
import { badRequest, internalError, StatusError } from '../../machinery/status.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { Subresource } from '../generic/resource.ts'
import { customScaleTable, scaleSubresource } from '../generic/subresources.ts'

const GO_MIN_INT32 = -2147483648

/** What Go's conversion to int32 leaves. */
const int32 = (count: number | bigint): number => Number(BigInt.asIntN(32, BigInt(count)))

interface Shown {
  readonly scale: KubeObject & { spec: { replicas?: number } }
  readonly hasReplicas: boolean
}

function shown(obj: KubeObject, paths: ScalePaths): Shown {
  const { specReplicas, statusReplicas, labelSelector } = readScale(obj, paths)
  const { name, namespace, uid, resourceVersion, creationTimestamp } = obj.metadata
  const replicas = int32(specReplicas ?? 0)
  const scale = {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: int32(statusReplicas), ...(labelSelector === '' ? {} : { selector: labelSelector }) },
  } as Shown['scale']
  return { scale, hasReplicas: specReplicas !== undefined }
}

/** `/scale` of a custom resource, whose replicas stand where its definition says (apiextensions-apiserver `customresource/etcd.go`, ScaleREST). */
export function customScale(paths: ScalePaths): Subresource {
  const fields = paths.specReplicasPath.replace(/^\./, '').split('.')
  return scaleSubresource({
    table: customScaleTable,
    toScale(obj) {
      const { scale, hasReplicas } = told(500, () => shown(obj, paths))
      if (!hasReplicas) throw internalError(`the spec replicas field ${goQuote(paths.specReplicasPath)} does not exist`)
      return scale
    },
    toBase(obj) {
      const { scale, hasReplicas } = told(500, () => shown(obj, paths))
      // Stands for a number that was not there before.
      if (!hasReplicas) scale.spec.replicas = GO_MIN_INT32
      return scale
    },
    toAnswer: (obj) => told(400, () => shown(obj, paths)).scale,
    applyScale(obj, scale) {
      const replicas = (scale.spec as { replicas?: number } | undefined)?.replicas ?? 0
      if (replicas === GO_MIN_INT32) throw badRequest(`the spec replicas field ${goQuote(paths.specReplicasPath)} cannot be empty`)
      const changed = copyJson(obj)
      told(500, () => writeReplicas(changed as JsonObject, paths, replicas))
      const { resourceVersion } = scale.metadata
      if (resourceVersion) changed.metadata.resourceVersion = resourceVersion
      return changed
    },
    specOf(scale) {
      const { replicas } = (scale.spec ?? {}) as { replicas?: number }
      if (replicas === undefined) return {}
      return fields.reduceRight<unknown>((value, field) => ({ [field]: value }), replicas) as Record<string, unknown>
    },
  })
}

/** Objects that say something else where a number should be. */
function told<T>(code: 400 | 500, read: () => T): T {
  try {
    return read()
  } catch (e) {
    if (e instanceof StatusError) throw e
    const { message } = e as Error
    throw code === 400 ? badRequest(message) : new StatusError(500, '', message)
  }
}
