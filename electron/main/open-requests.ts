import { isAbsolute, resolve } from 'node:path'

/** What the system asks the program to open: an address, or a file that is associated with it. */
export type OpenRequest = { type: 'place'; path: string } | { type: 'file'; file: string }

export const scheme = 'binnacle'

/** Addresses come from web pages and mail: no longer than a person could have copied. */
const mostLength = 2_000
/** What a link may say of a place (renderer/ui/place.ts). Acting as somebody is chosen in the window, never by a link. */
const parameters = new Set(['ns', 'q', 'sort', 'tab', 'path'])
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const control = /[\u0000-\u001f\u007f]/

/**
 * The path in the window that `binnacle://c/{context}/{resource}/{namespace}/{name}?…` names; undefined for anything else. Nothing but a
 * place can be named: a link shows something and changes nothing.
 */
export function placeOf(url: string): string | undefined {
  if (url.length > mostLength || !URL.canParse(url)) return undefined
  const parsed = new URL(url)
  if (parsed.protocol !== `${scheme}:` || parsed.host !== 'c' || parsed.username || parsed.password) return undefined
  const parts = decodedParts(parsed.pathname)
  if (parts === undefined || parts.length === 0 || parts.length > 4) return undefined
  const query = new URLSearchParams()
  for (const [name, value] of parsed.searchParams) if (parameters.has(name) && !control.test(value)) query.set(name, value)
  const text = query.toString()
  return `/c/${parts.map(encodeURIComponent).join('/')}${text ? `?${text}` : ''}`
}

function decodedParts(pathname: string): string[] | undefined {
  try {
    const parts = pathname.split('/').filter(Boolean).map(decodeURIComponent)
    // What a browser would take for another folder is no name.
    return parts.some((part) => control.test(part) || part === '.' || part === '..') ? undefined : parts
  } catch {
    return undefined
  }
}

const associated = /\.(?:ya?ml|json|kubeconfig)$/i

/** The words of a command line that ask to open something. What follows a flag is its value: `--seed objects.yaml`. */
const isRequest = (word: string, before: string | undefined): boolean =>
  (word.startsWith(`${scheme}:`) || (associated.test(word) && !word.startsWith('-'))) &&
  (before === undefined || !before.startsWith('-') || before.includes('='))

/** What a command line names: the arguments that are addresses of ours or associated files; flags and everything else are the host's. */
export function requestsIn(argv: readonly string[], folder: string): OpenRequest[] {
  return argv.flatMap((word, at): OpenRequest[] => {
    if (!isRequest(word, argv[at - 1])) return []
    if (word.startsWith(`${scheme}:`)) {
      const path = placeOf(word)
      return path === undefined ? [] : [{ type: 'place', path }]
    }
    return [{ type: 'file', file: isAbsolute(word) ? word : resolve(folder, word) }]
  })
}

/** The host's own flags: what is left of a command line without what is to be opened. */
export const withoutRequests = (argv: readonly string[]): string[] => argv.filter((word, at) => !isRequest(word, argv[at - 1]))

/** What a file holds, by its first lines that say so: kubectl's own kind is `Config` of `v1`. */
export function isKubeconfig(text: string): boolean {
  const json = /^\s*\{/.test(text)
  const says = (field: string, value: string): boolean =>
    new RegExp(json ? `"${field}"\\s*:\\s*"${value}"` : `^${field}:\\s*["']?${value}["']?\\s*(?:#.*)?$`, 'm').test(text)
  return says('kind', 'Config') && (says('apiVersion', 'v1') || !/apiVersion/.test(text))
}
