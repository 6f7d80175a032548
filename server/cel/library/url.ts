import { fn, member, type FunctionDecl } from '../declarations.ts'
import { BOOL, listOf, mapOf, STRING, struct } from '../types.ts'
import { CelError, ListValue, MapValue, noOverloadFor, Opaque, type CelValue } from '../values.ts'
import { escapedPath, hostOf, parseUri, queryOf, uriFault, UrlError, urlText, type GoUrl } from './go-url.ts'

/** URLs (apiserver `pkg/cel/library/urls.go`). */
export const URL_TYPE = struct('kubernetes.URL')

class UrlValue extends Opaque {
  readonly typeName = URL_TYPE.name
  readonly url: GoUrl
  constructor(url: GoUrl) {
    super()
    this.url = url
  }
  equals(other: CelValue): CelValue {
    return other instanceof UrlValue ? urlText(this.url) === urlText(other.url) : noOverloadFor(other)
  }
}

function urlOf(text: string): CelValue {
  try {
    // A fragment belongs to no request, but to a URL.
    parseUri(text, true)
    return new UrlValue(parseUri(text, false))
  } catch (error) {
    if (error instanceof UrlError) return new CelError(`URL parse error during conversion from string: ${error.message}`)
    throw error
  }
}

/** Why a text is no URI of a request; undefined for one. */
export const uriError = (text: string): string | undefined => uriFault(text, true)

const of = (value: CelValue | undefined): GoUrl => (value as UrlValue).url
const part = (name: string, id: string, get: (url: GoUrl) => string): FunctionDecl => ({
  name,
  overloads: [member(id, [URL_TYPE], STRING, (url) => get(of(url)))],
})

export const urls: readonly FunctionDecl[] = [
  { name: 'url', overloads: [fn('string_to_url', [STRING], URL_TYPE, (t) => urlOf(t as string))] },
  { name: 'isURL', overloads: [fn('is_url_string', [STRING], BOOL, (t) => uriError(t as string) === undefined)] },
  part('getScheme', 'url_get_scheme', (url) => url.scheme),
  part('getHost', 'url_get_host', (url) => url.host),
  part('getHostname', 'url_get_hostname', (url) => hostOf(url).name),
  part('getPort', 'url_get_port', (url) => hostOf(url).port),
  part('getEscapedPath', 'url_get_escaped_path', escapedPath),
  {
    name: 'getQuery',
    overloads: [
      member('url_get_query', [URL_TYPE], mapOf(STRING, listOf(STRING)), (url) => {
        const entries = [...queryOf(of(url))].map(([key, values]) => [key, new ListValue(values)] as const)
        return new MapValue(entries)
      }),
    ],
  },
]
