import { isDeepStrictEqual } from 'node:util'
import { ownValue } from '../../../machinery/own.ts'
import { forbiddenField, invalid, notSupported, required, type FieldError } from '../../../machinery/field-errors.ts'
import { numberAt, objectAt, textAt, type JsonObject } from '../../../machinery/json-walk.ts'
import type { Validation } from '../../meta/v1/json-checks.ts'
import { checkFlowConditions } from './flowschema-rules.ts'

/** Priority levels (apis/flowcontrol, ValidatePriorityLevelConfiguration). */
const TYPES = ['Exempt', 'Limited']
const RESPONSES = ['Queue', 'Reject']
const MAX_QUEUES = 10_000_000
/** Bits of a hash that hands are dealt by (util/shufflesharding). */
const HASH_BITS = 60

const count = (obj: JsonObject, key: string): number | undefined => {
  const value = numberAt(obj, key)
  return value === undefined ? undefined : Number(value)
}

function checkShares(errors: FieldError[], obj: JsonObject, path: string): void {
  const shares = count(obj, 'nominalConcurrencyShares')
  if (shares !== undefined && shares < 0) errors.push(invalid(`${path}.nominalConcurrencyShares`, shares, 'must be a non-negative integer'))
}

function checkLendable(errors: FieldError[], obj: JsonObject, path: string): void {
  const percent = count(obj, 'lendablePercent')
  if (percent !== undefined && (percent < 0 || percent > 100))
    errors.push(invalid(`${path}.lendablePercent`, percent, 'must be between 0 and 100, inclusive'))
}

function checkQueuing(errors: FieldError[], queuing: JsonObject, path: string): void {
  const [length, queues, hand] = ['queueLengthLimit', 'queues', 'handSize'].map((key) => count(queuing, key) ?? 0) as [
    number,
    number,
    number,
  ]
  if (length <= 0) errors.push(invalid(`${path}.queueLengthLimit`, length, 'must be positive'))
  if (queues <= 0) errors.push(invalid(`${path}.queues`, queues, 'must be positive'))
  else if (queues > MAX_QUEUES) errors.push(invalid(`${path}.queues`, queues, `must not be greater than ${MAX_QUEUES}`))
  const refuse = (text: string): void => void errors.push(invalid(`${path}.handSize`, hand, text))
  if (hand <= 0) refuse('must be positive')
  else if (hand > queues) refuse(`should not be greater than queues (${queues})`)
  else if (Math.ceil(Math.log2(queues) * hand) > HASH_BITS)
    refuse(`required entropy bits of deckSize ${queues} and handSize ${hand} should not be greater than ${HASH_BITS}`)
}

/** A union: what belongs to another type than the one that is named may not be there. */
function checkMember(errors: FieldError[], obj: JsonObject, key: string, wanted: boolean, path: string): void {
  if (objectAt(obj, key) !== undefined && !wanted) errors.push(forbiddenField(`${path}.${key}`, ''))
}

function checkType(errors: FieldError[], type: string, allowed: readonly string[], path: string): void {
  if (type === '') errors.push(required(path))
  else if (!allowed.includes(type)) errors.push(notSupported(path, type, allowed))
}

function checkResponse(errors: FieldError[], response: JsonObject, isLimited: boolean, path: string): void {
  const type = textAt(response, 'type')
  const queuing = objectAt(response, 'queuing')
  // Which types there are is no rule of the type's own.
  if (isLimited || type === '') checkType(errors, type, RESPONSES, `${path}.type`)
  checkMember(errors, response, 'queuing', type === 'Queue', path)
  if (type !== 'Queue') return
  if (queuing === undefined) errors.push(required(`${path}.queuing`))
  else if (isLimited) checkQueuing(errors, queuing, `${path}.queuing`)
}

function checkSpec(errors: FieldError[], spec: JsonObject, name: string): void {
  const type = textAt(spec, 'type')
  const [limited, exempt] = [objectAt(spec, 'limited'), objectAt(spec, 'exempt')]
  const isLimited = type === 'Limited'
  if ((name === 'exempt') !== (type === 'Exempt'))
    errors.push(invalid('spec.type', type, "must be 'Exempt' if and only if `name` is 'exempt'"))
  checkType(errors, type, TYPES, 'spec.type')
  checkMember(errors, spec, 'exempt', type === 'Exempt', 'spec')
  checkMember(errors, spec, 'limited', isLimited, 'spec')
  if (type === 'Exempt' && exempt !== undefined) {
    checkShares(errors, exempt, 'spec.exempt')
    checkLendable(errors, exempt, 'spec.exempt')
  }
  if (limited === undefined) {
    if (isLimited) errors.push(required('spec.limited'))
    return
  }
  if (isLimited) checkShares(errors, limited, 'spec.limited')
  checkResponse(errors, objectAt(limited, 'limitResponse') ?? {}, isLimited, 'spec.limited.limitResponse')
  if (!isLimited) return
  checkLendable(errors, limited, 'spec.limited')
  const borrowing = count(limited, 'borrowingLimitPercent')
  if (borrowing !== undefined && borrowing < 0)
    errors.push(invalid('spec.limited.borrowingLimitPercent', borrowing, 'if specified, must be a non-negative integer'))
}

const LEVELS: Readonly<Record<string, JsonObject>> = {
  exempt: { Type: 'Exempt', Limited: null, Exempt: { NominalConcurrencyShares: 0, LendablePercent: 0 } },
  'catch-all': {
    Type: 'Limited',
    Limited: {
      NominalConcurrencyShares: 5,
      ...{ LimitResponse: { Type: 'Reject', Queuing: null }, LendablePercent: 0, BorrowingLimitPercent: null },
    },
    Exempt: null,
  },
}

/** A spec as upstream's internal type has it. */
function internalSpec(spec: JsonObject): JsonObject {
  const [limited, exempt] = [objectAt(spec, 'limited'), objectAt(spec, 'exempt')]
  const response = objectAt(limited ?? {}, 'limitResponse') ?? {}
  const queuing = objectAt(response, 'queuing')
  const Queuing = queuing && {
    ...{ Queues: count(queuing, 'queues') ?? 0, HandSize: count(queuing, 'handSize') ?? 0 },
    QueueLengthLimit: count(queuing, 'queueLengthLimit') ?? 0,
  }
  return {
    Type: textAt(spec, 'type'),
    Limited:
      (limited && {
        NominalConcurrencyShares: count(limited, 'nominalConcurrencyShares') ?? 0,
        LimitResponse: { Type: textAt(response, 'type'), Queuing: Queuing ?? null },
        LendablePercent: count(limited, 'lendablePercent') ?? null,
        BorrowingLimitPercent: count(limited, 'borrowingLimitPercent') ?? null,
      }) ??
      null,
    Exempt:
      (exempt && {
        NominalConcurrencyShares: count(exempt, 'nominalConcurrencyShares') ?? null,
        LendablePercent: count(exempt, 'lendablePercent') ?? null,
      }) ??
      null,
  }
}

/** Levels that are always there say one thing (ValidateIfMandatoryPriorityLevelConfigurationObject). */
function checkMandatory(errors: FieldError[], spec: JsonObject, name: string): void {
  const wanted = ownValue(LEVELS, name)
  if (wanted === undefined) return
  const own = internalSpec(spec)
  const compared = name === 'exempt' ? { ...own, Exempt: wanted['Exempt'] } : own
  if (isDeepStrictEqual(compared, wanted)) return
  const besides = name === 'exempt' ? " except the 'spec.exempt' field" : ''
  errors.push(invalid('spec', own, `spec of '${name}'${besides} must equal the fixed value`))
}

const ZERO_SHARES = 'flowcontrol.k8s.io/v1beta3-preserve-zero-concurrency-shares'

export const validatePriorityLevel: Validation = (obj) => {
  const errors: FieldError[] = []
  if (objectAt(obj, 'metadata.annotations')?.[ZERO_SHARES] !== undefined)
    errors.push(forbiddenField('metadata.annotations', `annotation '${ZERO_SHARES}' is forbidden`))
  checkSpec(errors, objectAt(obj, 'spec') ?? {}, textAt(obj, 'metadata.name'))
  checkMandatory(errors, objectAt(obj, 'spec') ?? {}, textAt(obj, 'metadata.name'))
  checkFlowConditions(errors, obj)
  return errors
}
