import { useQueries, useQuery } from '@tanstack/react-query'
import { clusterPath, requestJson } from '../kube/fetch.ts'
import type { Question } from '../kube/rbac.ts'

/** What the server decides of a request (authorization.k8s.io/v1 SubjectAccessReviewStatus). */
export interface Decision {
  allowed: boolean
  denied?: boolean
  /** What allows or denies it, in the authorizer's words. */
  reason?: string
  evaluationError?: string
}

async function askServer(context: string, question: Question, signal: AbortSignal): Promise<Decision> {
  const review = await requestJson<{ status?: Decision }>(clusterPath(context, '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'), {
    method: 'POST',
    signal,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: attributesOf(question) }),
  })
  return { ...review.status, allowed: review.status?.allowed === true }
}

function attributesOf(question: Question): object {
  if ('path' in question) return { nonResourceAttributes: question }
  const { resource, ...rest } = question
  const [plural = '', subresource] = resource.split(/\/(.*)/s)
  return { resourceAttributes: { ...rest, resource: plural, ...(subresource ? { subresource } : {}) } }
}

const decisionQuery = (context: string, question: Question) => ({
  queryKey: ['may', context, question],
  queryFn: ({ signal }: { signal: AbortSignal }) => askServer(context, question, signal),
  staleTime: 60_000,
  retry: false,
})

/** Whether whoever uses this window may do something, as the server decides it now. */
export const useDecision = (context: string, question: Question | undefined) =>
  useQuery({
    ...decisionQuery(context, question ?? { verb: '', path: '' }),
    enabled: context !== '' && question !== undefined,
    // Whoever asks wants to know it now.
    staleTime: 0,
  })

/** The decisions to several questions, in their order; undefined while one is not known, and where the cluster does not say. */
export const useDecisions = (context: string, questions: readonly Question[]): (boolean | undefined)[] =>
  useQueries({
    queries: questions.map((question) => decisionQuery(context, question)),
    combine: (answers) => answers.map(({ data }) => data?.allowed),
  })

/** In which of these namespaces objects may be listed; a namespace about which the cluster does not say is left out. */
export function useMayList(context: string, resource: { group: string; plural: string }, names: readonly string[]): Map<string, boolean> {
  const { group, plural } = resource
  const answers = useDecisions(
    context,
    names.map((namespace) => ({ verb: 'list', group, resource: plural, name: '', namespace })),
  )
  return new Map(names.flatMap((name, index) => (answers[index] === undefined ? [] : [[name, answers[index]] as const])))
}
