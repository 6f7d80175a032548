import { goQuote } from '../../machinery/go-quote.ts'
import { AddressError, parseAddress } from './go-address.ts'

/** Go's net/url, with its errors. Texts are bytes of UTF-8 there: what stands in an escape need not be any character. */
export interface GoUrl {
  readonly scheme: string
  readonly opaque: string
  /** As it was written, or undefined. */
  readonly userinfo: string | undefined
  readonly host: string
  readonly omitHost: boolean
  readonly rawPath: string
  readonly forceQuery: boolean
  readonly rawQuery: string
  readonly fragment: string
}

export class UrlError extends Error {
  override readonly name = 'UrlError'
}

/**
 * @param request as ParseRequestURI: an absolute URI or path, a fragment is none
 * @throws UrlError
 */
export function parseUri(text: string, request: boolean): GoUrl {
  const hash = request ? -1 : text.indexOf('#')
  const [body, fragment] = hash === -1 ? [text, ''] : [text.slice(0, hash), text.slice(hash + 1)]
  try {
    return { ...parse(body, request), fragment: checkEscapes(fragment) }
  } catch (error) {
    if (error instanceof UrlError) throw new UrlError(`parse ${goQuote(body)}: ${error.message}`)
    throw error
  }
}

/** What parseUri has against a text; undefined for what it reads. */
export function uriFault(text: string, request: boolean): string | undefined {
  try {
    parseUri(text, request)
    return undefined
  } catch (e) {
    if (e instanceof UrlError) return e.message
    throw e
  }
}

const fail = (message: string): never => {
  throw new UrlError(message)
}

function parse(text: string, request: boolean): Omit<GoUrl, 'fragment'> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  if (/[\0-\x1f\x7f]/.test(text)) fail('net/url: invalid control character in URL')
  if (text === '' && request) fail('empty url')
  const empty = { scheme: '', opaque: '', userinfo: undefined, host: '', omitHost: false, rawPath: '', forceQuery: false, rawQuery: '' }
  if (text === '*') return { ...empty, rawPath: '*' }
  const [scheme, afterScheme] = schemeOf(text)
  const question = afterScheme.indexOf('?')
  const forceQuery = question !== -1 && question === afterScheme.length - 1
  const rest = question === -1 ? afterScheme : afterScheme.slice(0, question)
  const url = { ...empty, scheme, forceQuery, rawQuery: question === -1 ? '' : afterScheme.slice(question + 1) }
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...url, opaque: rest }
    if (request) fail('invalid URI for request')
    if (rest.split('/', 1)[0]!.includes(':')) fail('first path segment in URL cannot contain colon')
  }
  if (!((scheme !== '' || (!request && !rest.startsWith('///'))) && rest.startsWith('//'))) {
    return { ...url, omitHost: scheme !== '' && rest.startsWith('/'), rawPath: checkEscapes(rest) }
  }
  const slash = rest.indexOf('/', 2)
  const authority = slash === -1 ? rest.slice(2) : rest.slice(2, slash)
  const at = authority.lastIndexOf('@')
  const host = parseHost(scheme, authority.slice(at + 1))
  if (at !== -1) checkUser(authority.slice(0, at))
  return {
    ...url,
    host,
    userinfo: at === -1 ? undefined : authority.slice(0, at),
    rawPath: checkEscapes(slash === -1 ? '' : rest.slice(slash)),
  }
}

function schemeOf(text: string): [scheme: string, rest: string] {
  const found = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)
  if (found !== null) return [found[1]!.toLowerCase(), text.slice(found[0].length)]
  return text.startsWith(':') ? fail('missing protocol scheme') : ['', text]
}

function checkUser(userinfo: string): void {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(userinfo)) fail('net/url: invalid userinfo')
  checkEscapes(userinfo)
}

const PORT = /^(?::\d*)?$/
const checkPort = (port: string): void => {
  if (!PORT.test(port)) fail(`invalid port ${goQuote(port)} after host`)
}

function parseHost(scheme: string, host: string): string {
  const bracket = host.lastIndexOf('[')
  if (bracket > 0) return fail('invalid IP-literal')
  if (bracket === 0) return parseLiteral(host)
  const colon = host.indexOf(':')
  if (colon !== -1) {
    const isStrict = scheme === 'http' || scheme === 'https'
    checkPort(host.slice(isStrict ? colon : host.lastIndexOf(':')))
  }
  return unescapeHost(host)
}

function parseLiteral(host: string): string {
  const close = host.lastIndexOf(']')
  if (close === -1) return fail("missing ']' in host")
  const port = host.slice(close + 1)
  checkPort(port)
  const inner = host.slice(1, close)
  const zone = inner.indexOf('%25')
  const name = zone === -1 ? unescapeHost(inner) : unescapeHost(inner.slice(0, zone)) + unescapeZone(inner.slice(zone))
  try {
    if (parseAddress(name).bytes.length === 4) fail('invalid IP-literal')
  } catch (error) {
    if (error instanceof AddressError) fail(`invalid host: ${error.message}`)
    throw error
  }
  return `[${name}]${port}`
}

/** Every % has two digits behind it. */
function checkEscapes(text: string): string {
  for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', at + 1)) {
    if (!/^%[0-9a-fA-F]{2}/.test(text.slice(at, at + 3))) fail(`invalid URL escape ${goQuote(text.slice(at, at + 3))}`)
  }
  return text
}

const HOST_CHARACTERS = /^[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]$/

function checkCharacters(text: string): void {
  for (const c of text) if (c < '\x80' && c !== '%' && !HOST_CHARACTERS.test(c)) fail(`invalid character ${goQuote(c)} in host name`)
}

function unescapeHost(text: string): string {
  checkEscapes(text)
  // In a name only what is no ASCII may be escaped.
  for (const [escape] of text.matchAll(/%[0-7][0-9a-fA-F]/g)) if (escape !== '%25') fail(`invalid URL escape ${goQuote(escape)}`)
  checkCharacters(text)
  return percentDecoded(text)
}

function unescapeZone(text: string): string {
  checkEscapes(text)
  for (const [escape] of text.matchAll(/%[0-9a-fA-F]{2}/g)) {
    const c = String.fromCharCode(parseInt(escape.slice(1), 16))
    if (escape !== '%25' && c !== ' ' && !HOST_CHARACTERS.test(c)) fail(`invalid URL escape ${goQuote(escape)}`)
  }
  checkCharacters(text)
  return percentDecoded(text)
}

/** With bytes that are no UTF-8 replaced: JavaScript has no texts of bytes. */
function percentDecoded(text: string): string {
  if (!text.includes('%')) return text
  const out: Buffer[] = []
  let at = 0
  for (const found of text.matchAll(/(?:%[0-9a-fA-F]{2})+/g)) {
    out.push(Buffer.from(text.slice(at, found.index)), Buffer.from(found[0].replaceAll('%', ''), 'hex'))
    at = found.index + found[0].length
  }
  return Buffer.concat([...out, Buffer.from(text.slice(at))]).toString('utf8')
}

export function hostOf({ host }: GoUrl): { name: string; port: string } {
  const colon = host.lastIndexOf(':')
  const hasPort = colon !== -1 && PORT.test(host.slice(colon))
  const name = hasPort ? host.slice(0, colon) : host
  return { name: /^\[.*\]$/s.test(name) ? name.slice(1, -1) : name, port: hasPort ? host.slice(colon + 1) : '' }
}

/** As it was written where that is a path's encoding; encoded otherwise. */
export function escapedPath({ rawPath }: GoUrl): string {
  if (/^[A-Za-z0-9\-_.~!$&'()*+,;=:@/[\]%]*$/.test(rawPath)) return rawPath
  let out = ''
  for (const byte of Buffer.from(percentDecoded(rawPath))) {
    const c = String.fromCharCode(byte)
    out += /[A-Za-z0-9\-_.~$&+,/:;=@]/.test(c) ? c : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }
  return out
}

/** Values by their names, in order; pairs that are none are left out. */
export function queryOf({ rawQuery }: GoUrl): Map<string, string[]> {
  const values = new Map<string, string[]>()
  for (const pair of rawQuery.split('&')) {
    if (pair === '' || pair.includes(';')) continue
    const equals = pair.indexOf('=')
    const [key, value] = equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
    if (/%(?![0-9a-fA-F]{2})/.test(pair)) continue
    const name = percentDecoded(key.replaceAll('+', ' '))
    const known = values.get(name)
    const decoded = percentDecoded(value.replaceAll('+', ' '))
    if (known === undefined) values.set(name, [decoded])
    else known.push(decoded)
  }
  return values
}

export function urlText(url: GoUrl): string {
  const head = url.scheme === '' ? '' : `${url.scheme}:`
  const tail = `${url.forceQuery || url.rawQuery !== '' ? `?${url.rawQuery}` : ''}${url.fragment === '' ? '' : `#${url.fragment}`}`
  if (url.opaque !== '') return head + url.opaque + tail
  const path = escapedPath(url)
  const hasAuthority = url.host !== '' || url.userinfo !== undefined || (url.scheme !== '' && !url.omitHost && path !== '')
  const user = url.userinfo === undefined ? '' : `${url.userinfo}@`
  return `${head}${hasAuthority ? `//${user}${url.host}` : ''}${path}${tail}`
}
