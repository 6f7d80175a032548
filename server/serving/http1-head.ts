import type { IncomingMessage } from 'node:http'

/** An answer to what is not a request that a handler could see: status line and text are Go's. */
export interface Refusal {
  readonly status: number
  readonly reason: string
  readonly text: string
}

const refusal = (status: number, reason: string, text = `${status} ${reason}`): Refusal => ({ status, reason, text })

export const refusals = {
  unreadable: refusal(400, 'Bad Request'),
  noHost: refusal(400, 'Bad Request: missing required Host header'),
  badHost: refusal(400, 'Bad Request: malformed Host header'),
  longTarget: refusal(414, 'URI Too Long'),
  largeHead: refusal(431, 'Request Header Fields Too Large'),
  transferCoding: refusal(501, 'Not Implemented', 'Unsupported transfer encoding'),
  version: refusal(505, 'HTTP Version Not Supported: unsupported protocol version'),
}

/** What may stand in a host (RFC 3986 §3.2.2, and what Go takes besides). */
const HOST = /^[A-Za-z0-9!$%&'()*+,\-.:;=[\]_~]*$/

/**
 * Why a head that node has read is none for us: two readers of it might find different hosts, or another end of its body (RFC 9112 §3.2,
 * §6.1). Undefined when nothing is wrong with it.
 */
export function headRefusal({ httpVersionMajor, httpVersionMinor, headers, rawHeaders }: IncomingMessage): Refusal | undefined {
  if (httpVersionMajor !== 1) return refusals.version
  const { host, 'transfer-encoding': coding } = headers
  if (host === undefined) return httpVersionMinor === 0 ? ofCoding(coding, 0) : refusals.noHost
  if (!HOST.test(host)) return refusals.badHost
  return isTwice(rawHeaders) ? refusals.unreadable : ofCoding(coding, httpVersionMinor)
}

// Only chunks are understood, and of a client of HTTP/1.0 not even those.
function ofCoding(coding: string | undefined, minor: number): Refusal | undefined {
  if (coding === undefined) return undefined
  if (minor === 0) return refusals.unreadable
  return coding.toLowerCase() === 'chunked' ? undefined : refusals.transferCoding
}

/** node has the first of several hosts. */
function isTwice(rawHeaders: readonly string[]): boolean {
  let hosts = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i]!
    if (name.length === 4 && name.toLowerCase() === 'host' && ++hosts > 1) return true
  }
  return false
}
