import { forbidden, type StatusError } from '../machinery/status.ts'
import type { AdmissionAttributes } from './contract.ts'

/** The 403 of a plugin (apiserver `admission/errors.go`, NewForbidden): an object that has no name yet is called by what its name will begin with. */
export function refusal(a: AdmissionAttributes, why: string): StatusError {
  const { name, generateName } = a.object?.metadata ?? {}
  return forbidden({ group: a.requested.group, resource: a.resource.resource }, a.name || name || generateName || 'Unknown', why)
}

/** Several reasons in one text, each once (apimachinery `util/errors`, Aggregate). */
export function aggregateText(texts: Iterable<string>): string {
  const [...each] = new Set(texts)
  return each.length === 1 ? each[0]! : `[${each.join(', ')}]`
}
