import { expressionFault } from '../../../cel/devices.ts'
import { invalid, type FieldError } from '../../../machinery/field-errors.ts'
import { isSet, objectAt, objectsAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import { byteLength } from '../../../machinery/names.ts'
import type { Pausing } from '../../../machinery/slice.ts'
import { semanticEqual } from '../../core/v1/semantic-equal.ts'
import { MAX_EXPRESSION } from './device-parts.ts'

/** Selectors of devices and where they stand. */
type Placed = readonly [selectors: readonly JsonObject[], path: string]

/**
 * Expressions of selectors must compile (apis/resource, validateCELExpression). The worst that one could cost is not estimated: the limit
 * on what it does cost holds when it is evaluated.
 */
function* faultsOf(placed: readonly Placed[]): Pausing<FieldError[]> {
  const errors: FieldError[] = []
  for (const [selectors, path] of placed) {
    for (const [i, selector] of selectors.entries()) {
      const expression = textAt(selector, 'cel.expression')
      // These have been told of.
      if (objectAt(selector, 'cel') === undefined || byteLength(expression) > MAX_EXPRESSION) continue
      yield
      const fault = expressionFault(expression)
      if (fault !== undefined) errors.push(invalid(`${path}[${i}].cel.expression`, expression, fault))
    }
  }
  return errors
}

/** Selectors of a class that are as they were are not looked at again. */
export function* classExpressions(obj: JsonObject, old: JsonObject | undefined): Pausing<FieldError[]> {
  const selectors = objectsAt(obj, 'spec.selectors')
  if (old !== undefined && semanticEqual(selectors, objectsAt(old, 'spec.selectors'))) return []
  return yield* faultsOf([[selectors, 'spec.selectors']])
}

function ofRequests(obj: JsonObject, path: string): Placed[] {
  return objectsAt(obj, path).flatMap((request, i): Placed[] => {
    const at = `${path}[${i}]`
    // Of a request that is of both kinds nothing else is said.
    if (isSet(request, 'exactly') && objectsAt(request, 'firstAvailable').length > 0) return []
    const alternatives = objectsAt(request, 'firstAvailable').map((sub, j) => [
      objectsAt(sub, 'selectors'),
      `${at}.firstAvailable[${j}].selectors`,
    ])
    return [[objectsAt(request, 'exactly.selectors'), `${at}.exactly.selectors`], ...(alternatives as unknown as Placed[])]
  })
}

/** What a claim asks for is fixed, and not looked at again. */
export function* claimExpressions(obj: JsonObject, old: JsonObject | undefined): Pausing<FieldError[]> {
  return old === undefined ? yield* faultsOf(ofRequests(obj, 'spec.devices.requests')) : []
}

/** So is what a template asks for, which is looked at again all the same. */
export const templateExpressions = (obj: JsonObject): Pausing<FieldError[]> => faultsOf(ofRequests(obj, 'spec.spec.devices.requests'))
