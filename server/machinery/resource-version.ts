import { badRequest, StatusError } from './status.ts'

const wrong = (text: string): string =>
  `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`

/** A resourceVersion a client sent: unset ('' ), 0 ("any"), or a positive revision. 400 with the reference's text otherwise. */
export function parseResourceVersion(text: string): number {
  if (text === '') return 0
  if (!/^\d{1,16}$/.test(text)) throw badRequest(`invalid resource version: ${wrong(text)}`)
  return Number(text)
}

/** The same of a get or a watch, where the reference forgets to call it the client's fault. */
export function parseReadVersion(text: string): number {
  if (text !== '' && !/^\d{1,16}$/.test(text)) throw new StatusError(500, '', wrong(text))
  return parseResourceVersion(text)
}
