import type { Environment } from './environment.ts'
import { AUTHORIZER, RESOURCE_CHECK } from './library/authorizer.ts'
import { BOOL, DYN, INT, listOf, mapOf, STRING, struct, TIMESTAMP, type CelType } from './types.ts'

/** What expressions see of a request on its way to the store (apiserver `admission/plugin/cel/compile.go`). */
type Fields = Readonly<Record<string, CelType>>
const declare = (name: string, fields: Fields): readonly [string, ReadonlyMap<string, CelType>] => [
  `kubernetes.${name}`,
  new Map(Object.entries(fields)),
]
const of = (name: string): CelType => struct(`kubernetes.${name}`)
const TEXTS = listOf(STRING)

export const ADMISSION_STRUCTS: ReadonlyMap<string, ReadonlyMap<string, CelType>> = new Map([
  declare('GroupVersionKind', { group: STRING, version: STRING, kind: STRING }),
  declare('GroupVersionResource', { group: STRING, version: STRING, resource: STRING }),
  declare('UserInfo', { username: STRING, uid: STRING, groups: TEXTS, extra: mapOf(STRING, TEXTS) }),
  declare('AdmissionRequest', {
    ...{ kind: of('GroupVersionKind'), resource: of('GroupVersionResource'), subResource: STRING },
    ...{ requestKind: of('GroupVersionKind'), requestResource: of('GroupVersionResource'), requestSubResource: STRING },
    ...{ name: STRING, namespace: STRING, operation: STRING, userInfo: of('UserInfo'), dryRun: BOOL, options: DYN },
  }),
  declare('Namespace', { metadata: of('NamespaceMetadata'), spec: of('NamespaceSpec'), status: of('NamespaceStatus') }),
  declare('NamespaceSpec', { finalizers: TEXTS }),
  declare('NamespaceStatus', { conditions: listOf(of('NamespaceCondition')), phase: STRING }),
  declare('NamespaceCondition', { status: STRING, type: STRING, lastTransitionTime: TIMESTAMP, message: STRING, reason: STRING }),
  declare('NamespaceMetadata', {
    ...{ name: STRING, generateName: STRING, namespace: STRING, labels: mapOf(STRING, STRING), annotations: mapOf(STRING, STRING) },
    ...{ UID: STRING, creationTimestamp: TIMESTAMP, deletionGracePeriodSeconds: INT, deletionTimestamp: TIMESTAMP, generation: INT },
    ...{ resourceVersion: STRING, finalizers: TEXTS },
  }),
])

export interface Declared {
  /** `params`, of a policy that has some. */
  readonly params?: boolean
  /** Not where a message is made. */
  readonly authorizer?: boolean
}

/** Variables with their types: those of every admission expression, and those that are asked for. */
export function admissionVariables({ params = false, authorizer = true }: Declared): Map<string, CelType> {
  return new Map([
    ['object', DYN],
    ['oldObject', DYN],
    ['namespaceObject', of('Namespace')],
    ['request', of('AdmissionRequest')],
    ...(params ? [['params', DYN] as const] : []),
    ...(authorizer
      ? ([
          ['authorizer', AUTHORIZER],
          ['authorizer.requestResource', RESOURCE_CHECK],
        ] as const)
      : []),
  ])
}

export const admissionEnvironment = (declared: Declared): Environment => ({
  structs: ADMISSION_STRUCTS,
  variables: admissionVariables(declared),
})
