import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import type { FeedSource } from '../kube/protocol.ts'
import { clusterPath, requestJson } from '../kube/fetch.ts'
import { type Binding, type PolicyRule, Rbac, type Role } from '../kube/rbac.ts'
import { useSummary } from './hub.ts'

const group = 'rbac.authorization.k8s.io'
const kind = (plural: string, namespaced: boolean): FeedSource['resource'] => ({ group, version: 'v1', plural, namespaced })

/** What of roles and bindings can be read. */
export interface RbacView {
  rbac: Rbac
  /** Everything that can be read has arrived. */
  ready: boolean
  /** Kinds that may not be read, or only in the namespace asked about: what is known is a part. */
  unread: { resource: string; namespace: string }[]
  /** Why nothing more is known, where that is no matter of rights. */
  error?: unknown
}

/** Live. Where roles and bindings of all namespaces may not be read, those of this one are. */
export function useRbac(context: string, namespace: string): RbacView {
  const roles = usePart<Role>(context, 'roles', '', 'roles')
  const clusterRoles = usePart<Role>(context, 'clusterroles', undefined, 'roles')
  const bindings = usePart<Binding>(context, 'rolebindings', '', 'bindings')
  const clusterBindings = usePart<Binding>(context, 'clusterrolebindings', undefined, 'bindings')
  const rolesHere = usePart<Role>(roles.refused && namespace ? context : '', 'roles', namespace, 'roles')
  const bindingsHere = usePart<Binding>(bindings.refused && namespace ? context : '', 'rolebindings', namespace, 'bindings')
  const parts = [roles, clusterRoles, bindings, clusterBindings]
  const here = [rolesHere, bindingsHere]
  const rbac = useMemo(
    () =>
      new Rbac(
        [...clusterRoles.value, ...roles.value, ...rolesHere.value],
        [...clusterBindings.value, ...bindings.value, ...bindingsHere.value],
      ),
    [clusterRoles.value, roles.value, rolesHere.value, clusterBindings.value, bindings.value, bindingsHere.value],
  )
  const ready = parts.every((part) => part.ready || part.refused) && here.every((part) => !part.asked || part.ready || part.refused)
  return {
    rbac,
    ready,
    unread: parts
      .filter((part) => part.refused)
      .map(({ resource }) => ({ resource, namespace: here.some((part) => part.resource === resource && part.ready) ? namespace : '' })),
    error: [...parts, ...here].find((part) => part.error)?.error,
  }
}

interface Part<T> {
  resource: string
  asked: boolean
  value: readonly T[]
  ready: boolean
  refused: boolean
  error?: unknown
}

const none: never[] = []

/** `namespace` undefined is a kind that has none; '' asks for all. */
function usePart<T>(context: string, plural: string, namespace: string | undefined, summary: string): Part<T> {
  const source = useMemo(
    () => (context === '' ? undefined : { context, resource: kind(plural, namespace !== undefined), ...(namespace ? { namespace } : {}) }),
    [context, plural, namespace],
  )
  const data = useSummary<T[]>(source, summary)
  const { error } = data?.state ?? {}
  const refused = error?.code === 403
  return {
    resource: `${plural}.${group}`,
    asked: source !== undefined,
    value: (data?.state.synced && data.value) || none,
    ready: data?.state.synced === true,
    refused,
    ...(error && !refused ? { error } : {}),
  }
}

export interface UserInfo {
  username?: string
  uid?: string
  groups?: string[]
}

const post = <T>(context: string, path: string, signal: AbortSignal, body: object): Promise<T> =>
  requestJson<T>(clusterPath(context, path), {
    method: 'POST',
    signal,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

/** Who the server takes this window for, with all groups; rejects with its refusal where one may not act as somebody. */
export const useWhoAmI = (context: string) =>
  useQuery({
    queryKey: ['who-am-i', context],
    queryFn: ({ signal }) =>
      post<{ status?: { userInfo?: UserInfo } }>(context, '/apis/authentication.k8s.io/v1/selfsubjectreviews', signal, {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'SelfSubjectReview',
      }).then(({ status }) => status?.userInfo ?? {}),
    enabled: context !== '',
    staleTime: 60_000,
    retry: false,
  })

export interface OwnRules {
  rules: PolicyRule[]
  /** The server does not know all of them. */
  incomplete: boolean
  evaluationError: string
}

/** What the server says that whoever is signed in may do in a namespace: also for those who may not read roles. */
export function useOwnRules(context: string, namespace: string) {
  return useQuery({
    queryKey: ['own-rules', context, namespace],
    queryFn: async ({ signal }): Promise<OwnRules> => {
      const { status } = await post<{
        status?: { resourceRules?: PolicyRule[]; nonResourceRules?: PolicyRule[]; incomplete?: boolean; evaluationError?: string }
      }>(context, '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', signal, {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectRulesReview',
        spec: { namespace },
      })
      return {
        rules: [...(status?.resourceRules ?? []), ...(status?.nonResourceRules ?? [])],
        incomplete: status?.incomplete ?? false,
        evaluationError: status?.evaluationError ?? '',
      }
    },
    enabled: context !== '' && namespace !== '',
    staleTime: 60_000,
    retry: false,
  })
}
