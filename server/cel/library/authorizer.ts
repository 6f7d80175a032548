import { trimSpace } from '../../machinery/trim-space.ts'
import { member, type FunctionDecl } from '../declarations.ts'
import { BOOL, STRING, struct, type CelType } from '../types.ts'
import { CelError, Opaque, type CelValue } from '../values.ts'

/** Authorization checks (apiserver `pkg/cel/library/authz.go`), for expressions that are given an `authorizer`. Rules of custom resources have none. */
const PREFIX = 'kubernetes.authorization.'
const type = (name: string): CelType => struct(`${PREFIX}${name}`)
export const AUTHORIZER = type('Authorizer')
export const RESOURCE_CHECK = type('ResourceCheck')
const [PATH, GROUP, DECISION] = ['PathCheck', 'GroupCheck', 'Decision'].map(type) as [CelType, CelType, CelType]

/** What a check asks. */
export interface AuthorizationCheck {
  /** A service account to ask for; undefined: whoever sends the request. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string }
  readonly verb: string
  /** Of what is no resource; '' otherwise. */
  readonly path: string
  readonly group: string
  readonly resource: string
  readonly subresource: string
  readonly namespace: string
  readonly name: string
  readonly fieldSelector: string
  readonly labelSelector: string
}

export interface AuthorizationAnswer {
  readonly allowed: boolean
  readonly reason: string
  /** Why there is no answer; '' where there is one. */
  readonly error: string
}

/** Answers at once. Whoever has to wait throws, and evaluates once more when the answer is there. */
export type AuthorizationAsker = (check: AuthorizationCheck) => AuthorizationAnswer

type Asked = Omit<AuthorizationCheck, 'verb'>
const NOTHING: Asked = {
  ...{ path: '', group: '', resource: '', subresource: '', namespace: '', name: '', fieldSelector: '', labelSelector: '' },
}

/** Has functions, and no fields. */
abstract class Receiver extends Opaque {
  abstract override readonly typeName: string
  equals(other: CelValue): CelValue {
    return other === this
  }
}

class Check extends Receiver {
  readonly typeName: string
  readonly ask: AuthorizationAsker
  readonly asked: Asked
  constructor(typeName: string, ask: AuthorizationAsker, asked: Asked) {
    super()
    this.typeName = typeName
    this.ask = ask
    this.asked = asked
  }
  as(typeName: string, more: Partial<Asked>): Check {
    return new Check(`${PREFIX}${typeName}`, this.ask, { ...this.asked, ...more })
  }
}

class Decision extends Receiver {
  readonly typeName = DECISION.name
  readonly answer: AuthorizationAnswer
  constructor(answer: AuthorizationAnswer) {
    super()
    this.answer = answer
  }
}

/** The value of `authorizer`. */
export const authorizerValue = (ask: AuthorizationAsker): CelValue => new Check(AUTHORIZER.name, ask, NOTHING)

/** The value of `authorizer.requestResource`. */
export const resourceAuthorizerValue = (
  ask: AuthorizationAsker,
  of: Pick<AuthorizationCheck, 'group' | 'resource' | 'subresource' | 'namespace' | 'name'>,
): CelValue => new Check(RESOURCE_CHECK.name, ask, { ...NOTHING, ...of })

type Call = (...args: CelValue[]) => CelValue

const check = (run: (on: Check, a: string, b: string) => CelValue): Call => {
  return (on, a, b) => run(on as Check, a as string, b as string)
}
const named = (typeName: string, more: (text: string) => Partial<Asked>): Call => check((on, text) => on.as(typeName, more(text)))
const decide = check((on, verb) => new Decision(on.ask({ ...on.asked, verb })))
const decision = (read: (answer: AuthorizationAnswer) => CelValue): Call => {
  return (on) => read((on as Decision).answer)
}

const SIGNATURES: readonly (readonly [name: string, id: string, target: CelType, texts: 0 | 1 | 2, result: CelType, call: Call])[] = [
  [
    'path',
    'authorizer_path',
    AUTHORIZER,
    1,
    PATH,
    check((on, path) => (trimSpace(path) === '' ? new CelError('path must not be empty') : on.as('PathCheck', { path }))),
  ],
  ['group', 'authorizer_group', AUTHORIZER, 1, GROUP, named('GroupCheck', (group) => ({ group }))],
  [
    'serviceAccount',
    'authorizer_serviceaccount',
    AUTHORIZER,
    2,
    AUTHORIZER,
    check((on, namespace, name) => on.as('Authorizer', { serviceAccount: { namespace, name } })),
  ],
  [
    'resource',
    'groupcheck_resource',
    GROUP,
    1,
    RESOURCE_CHECK,
    check((on, resource) =>
      trimSpace(resource) === '' ? new CelError('resource must not be empty') : on.as('ResourceCheck', { resource }),
    ),
  ],
  ...(['subresource', 'namespace', 'name'] as const).map(
    (field) =>
      [field, `resourcecheck_${field}`, RESOURCE_CHECK, 1, RESOURCE_CHECK, named('ResourceCheck', (text) => ({ [field]: text }))] as const,
  ),
  ['check', 'pathcheck_check', PATH, 1, DECISION, decide],
  ['check', 'resourcecheck_check', RESOURCE_CHECK, 1, DECISION, decide],
  ['errored', 'decision_errored', DECISION, 0, BOOL, decision(({ error }) => error !== '')],
  ['error', 'decision_error', DECISION, 0, STRING, decision(({ error }) => error)],
  ['allowed', 'decision_allowed', DECISION, 0, BOOL, decision(({ allowed }) => allowed)],
  ['reason', 'decision_reason', DECISION, 0, STRING, decision(({ reason }) => reason)],
  ...(['fieldSelector', 'labelSelector'] as const).map(
    (field) =>
      [
        field,
        `authorizer_${field.toLowerCase()}`,
        RESOURCE_CHECK,
        1,
        RESOURCE_CHECK,
        named('ResourceCheck', (text) => ({ [field]: text })),
      ] as const,
  ),
]

export const authorizer: readonly FunctionDecl[] = SIGNATURES.map(([name, id, target, texts, result, call]) => ({
  name,
  overloads: [member(id, [target, ...new Array<CelType>(texts).fill(STRING)], result, call)],
}))
