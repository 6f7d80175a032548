import { member, type FunctionDecl, type Overload } from '../declarations.ts'
import { BOOL, STRING, struct, type CelType } from '../types.ts'

/**
 * Authorization checks, declared (apiserver `pkg/cel/library/authz.go`): whoever has an `authorizer` to give to an expression gives the
 * implementations with it. Rules of custom resources have none.
 */
const type = (name: string): CelType => struct(`kubernetes.authorization.${name}`)
const [AUTHORIZER, PATH, GROUP, RESOURCE, DECISION] = ['Authorizer', 'PathCheck', 'GroupCheck', 'ResourceCheck', 'Decision'].map(type) as [
  CelType,
  CelType,
  CelType,
  CelType,
  CelType,
]

const SIGNATURES: readonly (readonly [name: string, id: string, target: CelType, texts: 0 | 1 | 2, result: CelType])[] = [
  ['path', 'authorizer_path', AUTHORIZER, 1, PATH],
  ['group', 'authorizer_group', AUTHORIZER, 1, GROUP],
  ['serviceAccount', 'authorizer_serviceaccount', AUTHORIZER, 2, AUTHORIZER],
  ['resource', 'groupcheck_resource', GROUP, 1, RESOURCE],
  ['subresource', 'resourcecheck_subresource', RESOURCE, 1, RESOURCE],
  ['namespace', 'resourcecheck_namespace', RESOURCE, 1, RESOURCE],
  ['name', 'resourcecheck_name', RESOURCE, 1, RESOURCE],
  ['check', 'pathcheck_check', PATH, 1, DECISION],
  ['check', 'resourcecheck_check', RESOURCE, 1, DECISION],
  ['errored', 'decision_errored', DECISION, 0, BOOL],
  ['error', 'decision_error', DECISION, 0, STRING],
  ['allowed', 'decision_allowed', DECISION, 0, BOOL],
  ['reason', 'decision_reason', DECISION, 0, STRING],
  ['fieldSelector', 'authorizer_fieldselector', RESOURCE, 1, RESOURCE],
  ['labelSelector', 'authorizer_labelselector', RESOURCE, 1, RESOURCE],
]

export const authorizer: readonly FunctionDecl[] = SIGNATURES.map(([name, id, target, texts, result]) => {
  const overload: Overload = member(id, [target, ...new Array<CelType>(texts).fill(STRING)], result)
  return { name, overloads: [overload] }
})
