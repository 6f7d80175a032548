import type { ObjectMeta } from '../machinery/types.ts'
import type { PrinterColumn } from './columns.ts'
import type { JsonObject } from '../machinery/json-values.ts'
import type { ScalePaths } from './scale.ts'

/** A CustomResourceDefinition of apiextensions.k8s.io/v1, decoded and with its defaults. */
export interface CustomResourceDefinition {
  readonly metadata: ObjectMeta
  readonly spec: DefinitionSpec
  readonly status?: DefinitionStatus
}

export interface DefinitionSpec {
  readonly group: string
  readonly names: DefinitionNames
  readonly scope: string
  readonly versions: readonly DefinitionVersion[] | null
  readonly conversion?: DefinitionConversion
  readonly preserveUnknownFields?: boolean
}

export interface DefinitionNames {
  readonly plural: string
  readonly singular?: string
  readonly shortNames?: readonly string[]
  readonly kind: string
  readonly listKind?: string
  readonly categories?: readonly string[]
}

export interface DefinitionVersion {
  readonly name: string
  readonly served: boolean
  readonly storage: boolean
  readonly deprecated?: boolean
  readonly deprecationWarning?: string
  readonly schema?: { readonly openAPIV3Schema?: JsonObject }
  readonly subresources?: { readonly status?: JsonObject; readonly scale?: ScalePaths }
  readonly additionalPrinterColumns?: readonly PrinterColumn[]
  readonly selectableFields?: readonly { readonly jsonPath: string }[]
}

export interface DefinitionConversion {
  readonly strategy: string
  readonly webhook?: {
    readonly conversionReviewVersions?: readonly string[]
    readonly clientConfig?: {
      readonly url?: string
      readonly caBundle?: string
      readonly service?: { readonly namespace?: string; readonly name?: string; readonly path?: string; readonly port?: number }
    }
  }
}

export interface DefinitionStatus {
  readonly conditions?: readonly DefinitionCondition[]
  readonly acceptedNames?: DefinitionNames
  readonly storedVersions?: readonly string[]
}

export interface DefinitionCondition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason?: string
  readonly message?: string
  readonly lastTransitionTime?: string | null
}

export const findCondition = (crd: CustomResourceDefinition, type: string): DefinitionCondition | undefined =>
  crd.status?.conditions?.find((c) => c.type === type)

export const isConditionTrue = (crd: CustomResourceDefinition, type: string): boolean => findCondition(crd, type)?.status === 'True'
