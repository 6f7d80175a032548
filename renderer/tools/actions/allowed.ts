import { type Question, unqualified } from '../../kube/rbac.ts'
import { useDecisions } from '../../queries/access.ts'
import { questionText } from '../rights/question.ts'
import type { Action, Target } from './action.ts'

/** In more namespaces than this nothing is asked beforehand: the dry run tells for each object. */
const mostNamespaces = 8

/** What the server must allow for an action: a list for each namespace that the objects are in. */
export function questionsOf({ needs }: Pick<Action, 'needs'>, { resource, objects }: Target): Question[][] {
  const namespaces = [...new Set(objects.map(({ namespace }) => namespace))]
  if (namespaces.length > mostNamespaces) return []
  const [only] = objects
  return namespaces.map((namespace) =>
    needs.map(({ verb, resource: other, subresource }) => {
      if (other !== undefined) return { verb, ...unqualified(other), name: '', namespace }
      const { group, plural } = resource
      // A rule may name the objects that it is about; what is made has no name yet.
      const name = objects.length === 1 && only && (verb !== 'create' || subresource) ? only.name : ''
      return { verb, group, resource: subresource ? `${plural}/${subresource}` : plural, name, namespace }
    }),
  )
}

/** For each action the request that is not allowed in any of the namespaces; undefined while nothing speaks against it. */
export function useRefused(actions: readonly Pick<Action, 'needs'>[], target: Target): (string | undefined)[] {
  const asked = actions.map((action) => questionsOf(action, target))
  const distinct = new Map(asked.flat(2).map((question) => [JSON.stringify(question), question]))
  const decisions = useDecisions(target.context, [...distinct.values()])
  const allowed = new Map([...distinct.keys()].map((key, index) => [key, decisions[index]]))
  return asked.map((namespaces) => {
    const refused = namespaces.map((questions) => questions.find((question) => allowed.get(JSON.stringify(question)) === false))
    const [first] = refused
    return first && refused.every(Boolean) ? inWords(first) : undefined
  })
}

function inWords(question: Question): string {
  const namespace = 'path' in question ? '' : question.namespace
  return namespace ? `${questionText(question)} -n ${namespace}` : questionText(question)
}
