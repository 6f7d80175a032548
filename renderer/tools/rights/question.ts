import { qualified, type Question, type Subject, unqualified } from '../../kube/rbac.ts'
import { type Resource, resourceKey } from '../../kube/resource.ts'

/** What the page asks, in the words of its form and its address. */
export type Asked =
  | { ask: 'request'; verb: string; resource: string; name: string; namespace: string }
  | { ask: 'subject'; kind: Subject['kind']; name: string; namespace: string; groups: string }

const subjectKinds: readonly Subject['kind'][] = ['User', 'Group', 'ServiceAccount']

/** Undefined for an address that asks nothing yet. */
export function readAsked(text: string): Asked | undefined {
  const query = new URLSearchParams(text)
  const of = (name: string): string => query.get(name) ?? ''
  if (of('ask') === 'request') {
    return { ask: 'request', verb: of('verb'), resource: of('resource'), name: of('name'), namespace: of('namespace') }
  }
  const kind = subjectKinds.find((each) => each === of('kind'))
  return of('ask') === 'subject' && kind
    ? { ask: 'subject', kind, name: of('name'), namespace: of('namespace'), groups: of('groups') }
    : undefined
}

/** Of an address that opens the dialog for somebody else's kubeconfig. */
export const askPerson = 'ask=person'

export const askedText = (asked: Asked): string => new URLSearchParams(Object.entries(asked).filter(([, value]) => value !== '')).toString()

/** The question that a form comes to: kinds by any name that kubectl takes (`deploy`, `Deployment`, `deployments.apps/scale`). */
export function questionOf(asked: Extract<Asked, { ask: 'request' }>, kinds: readonly Resource[]): Question | undefined {
  const verb = asked.verb.trim().toLowerCase()
  const text = asked.resource.trim()
  if (verb === '' || text === '') return undefined
  if (text.startsWith('/')) return { verb, path: text }
  const [word = '', ...sub] = text.split('/')
  const wanted = word.toLowerCase()
  const found =
    kinds.find((each) => resourceKey(each) === wanted) ??
    kinds.find((each) => [each.plural, each.singular, each.kind.toLowerCase(), ...each.shortNames].includes(wanted))
  const { group, resource } = unqualified(found ? [resourceKey(found), ...sub].join('/') : text.toLowerCase())
  // What has no namespace is asked about without one, whatever the form says.
  return { verb, group, resource, name: asked.name.trim(), namespace: found && !found.namespaced ? '' : asked.namespace.trim() }
}

/** `get deployments.apps/scale web in shop`. */
export const questionText = (question: Question): string =>
  'path' in question
    ? `${question.verb} ${question.path}`
    : [question.verb, qualified(question.resource, question.group), question.name].filter(Boolean).join(' ')
