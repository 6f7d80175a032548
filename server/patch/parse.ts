import { badRequest, type StatusError } from '../machinery/status.ts'

/** The JSON of a patch; 400 with the reference's words for every text that is none. */
export function parsePatch(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'))
  } catch {
    throw badRequest('invalid JSON patch')
  }
}

/** 400 for a patch of the wrong shape; `wanted` is the Go type that upstream reads it into. */
export function wrongPatchType(given: unknown, wanted: string, prefix = 'error decoding patch: '): StatusError {
  const kind = given === null ? 'null' : Array.isArray(given) ? 'array' : typeof given === 'boolean' ? 'bool' : typeof given
  return badRequest(`${prefix}json: cannot unmarshal ${kind} into Go value of type ${wanted}`)
}
