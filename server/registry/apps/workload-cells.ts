import type { PodTemplateSpec } from '../../apis/core/v1/types.ts'
import type { LabelSelector } from '../../apis/meta/v1/validation.ts'
import { selectorFromObject, type LabelSelectorObject } from '../../machinery/labels.ts'
import { dns1123LabelErrors } from '../../machinery/names.ts'
import type { KubeObject } from '../../machinery/types.ts'
import type { StrategyContext } from '../generic/strategy.ts'

/** Names and images of a template's containers, each a comma-separated cell. */
export function containerCells(template: PodTemplateSpec | undefined): [names: string, images: string] {
  const containers = template?.spec?.containers ?? []
  return [containers.map((c) => c.name ?? '').join(','), containers.map((c) => c.image ?? '').join(',')]
}

export function selectorText(selector: LabelSelector | undefined): string {
  return selectorFromObject(selector as LabelSelectorObject | undefined)?.toString() ?? ''
}

/** Workloads hand their name on to pods, where only a DNS label makes a good hostname. */
export function nameWarning(obj: KubeObject, ctx: StrategyContext): void {
  const texts = obj.metadata.name ? dns1123LabelErrors(obj.metadata.name) : []
  if (texts.length === 0) return
  const why = 'this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended'
  ctx.warn(`metadata.name: ${why}: [${texts.join(' ')}]`)
}
