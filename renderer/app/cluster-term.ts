import { baseContext } from '../kube/acting.ts'

/** What leaves the rows of one cluster in a filter; a name with a space is told from the next word by quotes. */
export function clusterTerm(context: string): string {
  const name = baseContext(context)
  const quote = name.includes('"') ? "'" : '"'
  return /[\s'"]/.test(name) ? `${quote}cluster:${name}${quote}` : `cluster:${name}`
}

const anyTerm = /(^| )(?:"cluster:[^"]*"|'cluster:[^']*'|cluster:\S*)/g

export const isOnly = (filter: string, context: string): boolean =>
  filter.match(anyTerm)?.some((term) => term.trim() === clusterTerm(context)) ?? false

/** The filter with this cluster alone, or with all of them where it was alone; its other words stay. */
export function onlyCluster(filter: string, context: string): string {
  const rest = filter.replaceAll(anyTerm, '').trim()
  return isOnly(filter, context) ? rest : `${rest} ${clusterTerm(context)}`.trim()
}
