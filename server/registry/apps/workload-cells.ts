import type { PodTemplateSpec } from '../../apis/core/v1/types.ts'
import type { LabelSelector } from '../../apis/meta/v1/validation.ts'
import { selectorFromObject, type LabelSelectorObject } from '../../machinery/labels.ts'

/** Names and images of a template's containers, each a comma-separated cell. */
export function containerCells(template: PodTemplateSpec | undefined): [names: string, images: string] {
  const containers = template?.spec?.containers ?? []
  return [containers.map((c) => c.name ?? '').join(','), containers.map((c) => c.image ?? '').join(',')]
}

export function selectorText(selector: LabelSelector | undefined): string {
  return selectorFromObject(selector as LabelSelectorObject | undefined)?.toString() ?? ''
}
