import { podWarnings } from '../../apis/core/v1/pod-warnings.ts'
import type { PodTemplateSpec } from '../../apis/core/v1/types.ts'
import { dns1123LabelErrors } from '../../machinery/names.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { StrategyContext } from '../generic/strategy.ts'

const templateOf = (obj: KubeObject): PodTemplateSpec => (obj.spec as { template?: PodTemplateSpec }).template ?? {}

/** Warnings about a workload's template. */
export function warnOfTemplate(obj: KubeObject, ctx: StrategyContext): void {
  const { spec = {}, metadata = {} } = templateOf(obj)
  for (const text of podWarnings(spec, metadata, 'spec.template.')) ctx.warn(text)
}

/** The same for a new workload, whose name goes on to pods, where only a DNS label makes a good hostname. */
export function warnOfWorkload(obj: KubeObject, ctx: StrategyContext): void {
  const texts = obj.metadata.name ? dns1123LabelErrors(obj.metadata.name) : []
  if (texts.length > 0) {
    const why = 'this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended'
    ctx.warn(`metadata.name: ${why}: [${texts.join(' ')}]`)
  }
  warnOfTemplate(obj, ctx)
}
