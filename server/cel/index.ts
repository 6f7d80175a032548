/**
 * Kubernetes' CEL of release 1.37: rules of custom resources, and the expressions that admission and authentication will need.
 *
 * For whoever serves custom resources:
 *
 *     const rules = compileRules(schema, true)            // once a version; undefined without rules
 *     rules?.validate(obj, { old, correlated })           // or `validating`, which pauses: `inTurns(rules.validating(…), pace)`
 *       → { errors, warnings, budget }
 *
 * - `schema` is a structural schema (`RuleSchema`; `server/extensions` Schema is one), `true`: of a whole resource, which has kind,
 *   apiVersion and metadata without declaring them.
 * - The reference asks rules last, and only when the object has no other errors. `old`: the object as it is stored, for an update.
 *   `correlated` (KEP-4008): `new Correlated(obj, old, asResource(schema))`; errors of values that did not change become `warnings`.
 * - Errors are FieldErrors in the reference's order and words, `field` is `<nil>` for the object itself.
 * - One object may cost RUNTIME_COST_BUDGET; for several parts of one object pass the `budget` that is left on.
 *
 * For whoever accepts definitions:
 *
 *     definitionRuleErrors(compileSchema(json), 'spec.versions[0].schema.openAPIV3Schema', { schemaErrors, unchanged, stored })
 *       → FieldError[]                                     // or `checkingDefinitionRules` (definition-rules.ts), which pauses
 *
 * - To be called where the schema is structural and its defaults are right; the errors go behind those of the schema itself.
 * - On updates `stored` is `storedExpressions(old schemas)`, `unchanged` whether this version's schema is the stored one.
 * - A default is checked by `compileRules(node, isRoot)?.validate(default, { path, old: default })` and again without `old`.
 *
 * For expressions with other variables: `compile` in environment.ts. The types of the contract are in contract.ts.
 */
export { compileRules, type RuleSet } from './rules.ts'
export { checkingDefinitionRules, definitionRuleErrors, storedExpressions, type StoredExpressions } from './definition-rules.ts'
