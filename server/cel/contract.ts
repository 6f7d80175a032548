import type { FieldError } from '../machinery/field-errors.ts'

/**
 * What this room needs of a structural schema (`server/extensions/structural.ts` Schema is one) and gives to those who check custom
 * resources. Nothing here knows where schemas and objects come from.
 */
export interface RuleSchema {
  /** Empty: any. */
  readonly type: string
  readonly format: string
  readonly nullable: boolean
  readonly default?: unknown
  readonly items?: RuleSchema
  readonly properties: ReadonlyMap<string, RuleSchema>
  readonly additionalProperties?: RuleSchema | boolean
  readonly validation: {
    readonly maxLength?: number
    readonly maxItems?: number
    readonly maxProperties?: number
    readonly enum?: readonly unknown[]
    readonly required: readonly string[]
    readonly allOf: readonly RuleSchema[]
  }
  readonly preserveUnknownFields: boolean
  readonly embeddedResource: boolean
  readonly intOrString: boolean
  readonly listType?: string
  readonly listMapKeys: readonly string[]
  readonly mapType?: string
  readonly rules: readonly ValidationRule[]
}

/** An entry of x-kubernetes-validations. */
export interface ValidationRule {
  readonly rule: string
  readonly message?: string
  readonly messageExpression?: string
  readonly reason?: string
  readonly fieldPath?: string
  readonly optionalOldSelf?: boolean
}

/** A value beside the one that it replaces (`server/extensions/correlate.ts` Correlated is one): what did not change is forgiven. */
export interface CorrelatedValue {
  readonly equal: boolean
  key(name: string): CorrelatedValue | undefined
  index(i: number): CorrelatedValue | undefined
}

/** What an object or a default is checked with. */
export interface RuleOptions {
  /** Where the value stands; empty for a whole object. */
  readonly path?: string
  /** What the value replaces; undefined for a new one. */
  readonly old?: unknown
  /** For ratcheting, of the whole value. Without it nothing is forgiven. */
  readonly correlated?: CorrelatedValue
  /** In cost units; default RUNTIME_COST_BUDGET. */
  readonly budget?: number
}

export interface RuleResult {
  readonly errors: FieldError[]
  /** Texts for the warning header: errors of values that did not change. */
  readonly warnings: string[]
  /** What is left of the budget; negative when it was not enough, and the errors say so. */
  readonly budget: number
}

/** Per request (apiserver `pkg/apis/cel/config.go`). */
export const RUNTIME_COST_BUDGET = 10_000_000
/** Per expression. */
export const PER_CALL_LIMIT = 1_000_000
/** The largest request: what has no limit of its own is no larger. */
export const MAX_REQUEST_BYTES = 3 * 1024 * 1024
