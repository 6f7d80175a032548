import { badRequest } from './status.ts'

/** A resourceVersion a client sent: unset ('' ), 0 ("any"), or a positive revision. 400 with the reference's text otherwise. */
export function parseResourceVersion(text: string): number {
  if (text === '') return 0
  if (!/^\d{1,16}$/.test(text)) throw badRequest(`invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`)
  return Number(text)
}
