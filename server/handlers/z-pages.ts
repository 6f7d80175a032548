import { encodeObject as encodeCbor } from '../codec/cbor/index.ts'
import { CBOR_TYPE, negotiated } from '../codec/negotiation.ts'
import { stringifyYaml } from '../codec/yaml.ts'
import { KUBERNETES_VERSION, versionInfo } from '../discovery/version.ts'
import { type Clock, formatTime } from '../machinery/clock.ts'
import { notAcceptable } from '../machinery/status.ts'
import type { RequestContext } from '../request/context.ts'
import { prettyJson } from './encoders/json.ts'
import { wantsPretty } from './respond.ts'

export interface ZPageOptions {
  readonly clock: Clock
  /** When the process began, in ms since 1970. */
  readonly startedMs: number
  /** Of the two, those that are not there. */
  readonly without?: readonly string[]
  /** Flags and their values, as the command line would have them. */
  flags(): Readonly<Record<string, string>>
  /** Paths of the index. */
  paths(): readonly string[]
  /** From 0 to 1, which is not in it. */
  random?: () => number
}

interface Page {
  readonly kind: 'Statusz' | 'Flagz'
  fields(): object
  text(delimiter: string): string
}

const GROUP = 'config.k8s.io'
/** [version, what is said of it] */
const VERSIONS: Readonly<Record<string, string>> = { v1beta1: '', v1alpha1: 'deprecated' }
const TYPES = ['application/json', 'application/yaml', 'text/plain', CBOR_TYPE] as const
/** One of them by chance, so that nobody reads the text by machine. */
const DELIMITERS = [':', ': ', '=', ' ']
const NO_PAGES = new Set(['/apis', '/api', '/openid', '/openapi', '/.well-known'])
const COMPONENT = 'apiserver'

/** `/statusz` and `/flagz`, as text or as an object that is asked for by its kind (KEP-4827, KEP-4828; apiserver `server/{statusz,flagz}`). */
export function zPages(o: ZPageOptions): (ctx: RequestContext) => boolean {
  const pages: Readonly<Record<string, Page>> = { '/statusz': statusz(o), '/flagz': flagz(o) }
  const random = o.random ?? Math.random
  return (ctx) => {
    const { path, query } = ctx.requestInfo
    const page = Object.hasOwn(pages, path) && o.without?.includes(path) !== true ? pages[path] : undefined
    if (page === undefined) return false
    const { accept = '', 'user-agent': agent } = ctx.exchange.headers
    const types = ctx.cbor === true ? TYPES : TYPES.slice(0, 3)
    const found = negotiated(accept.trim() === '' ? 'text/plain' : accept, types, {
      allows: (media, conversion) =>
        media === 'text/plain'
          ? conversion === undefined
          : conversion?.kind === page.kind && conversion.group === GROUP && Object.hasOwn(VERSIONS, conversion.version),
    })
    if (found === undefined) throw notAcceptable(`only the following media types are accepted: ${types.join(', ')}`)
    const { media, conversion } = found
    if (conversion === undefined) {
      const body = `
${COMPONENT} ${page.kind.toLowerCase()}
Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.
${page.text(DELIMITERS[Math.floor(random() * DELIMITERS.length)]!)}`
      ctx.exchange.respond(200, { 'content-type': 'text/plain; charset=utf-8' }, Buffer.from(body))
      return true
    }
    const { version } = conversion
    if (VERSIONS[version] !== '')
      ctx.warnings.push(`This version of the ${page.kind.toLowerCase()} endpoint is deprecated. Please use a newer version.`)
    const object = { kind: page.kind, apiVersion: `${GROUP}/${version}`, metadata: { name: COMPONENT }, ...page.fields() }
    const json = Buffer.from(`${JSON.stringify(object)}\n`)
    const pretty = found.pretty || wantsPretty(query, agent)
    const body =
      media === 'application/yaml'
        ? Buffer.from(stringifyYaml(object))
        : media === CBOR_TYPE
          ? encodeCbor(object, undefined)
          : pretty
            ? prettyJson(json)
            : json
    ctx.exchange.respond(200, { 'content-type': `${media};g=${GROUP};v=${version};as=${page.kind}` }, body)
    return true
  }
}

function statusz({ clock, startedMs, paths }: ZPageOptions): Page {
  const uptimeSeconds = (): number => Math.floor((clock.now() - startedMs) / 1000)
  const listed = (): string[] =>
    [...new Set(paths().map((path) => `/${path.split('/')[1]!}`))].filter((root) => root !== '/' && !NO_PAGES.has(root)).sort()
  const binaryVersion = KUBERNETES_VERSION.slice(1)
  const emulationVersion = `${versionInfo.emulationMajor}.${versionInfo.emulationMinor}`
  return {
    kind: 'Statusz',
    fields: () => ({
      startTime: formatTime(startedMs),
      uptimeSeconds: uptimeSeconds(),
      ...{ goVersion: versionInfo.goVersion, binaryVersion, emulationVersion, paths: listed() },
    }),
    text(delimiter) {
      const up = uptimeSeconds()
      const two = (n: number): string => String(n).padStart(2, '0')
      const lines = [
        ['Started', unixDate(startedMs)],
        ['Up', `${Math.floor(up / 3600)} hr ${two(Math.floor(up / 60) % 60)} min ${two(up % 60)} sec`],
        ['Go version', versionInfo.goVersion],
        ['Binary version', binaryVersion],
        ['Emulation version', emulationVersion],
        ['Paths', listed().join(' ')],
      ]
      return `\n${lines.map(([name, value]) => `${name}${delimiter} ${value}\n`).join('')}`
    },
  }
}

function flagz({ flags }: ZPageOptions): Page {
  const sorted = (): [string, string][] => Object.entries(flags()).sort(([a], [b]) => (a < b ? -1 : 1))
  return {
    kind: 'Flagz',
    fields: () => ({ flags: Object.fromEntries(sorted()) }),
    text: (delimiter) =>
      sorted()
        .map(([name, value]) => `${name}${delimiter}${value}\n`)
        .join(''),
  }
}

/** Go's time.UnixDate, in UTC. */
function unixDate(ms: number): string {
  const [weekday, day, month, year, time] = new Date(ms).toUTCString().replace(',', '').split(' ') as [
    string,
    string,
    string,
    string,
    string,
  ]
  return `${weekday} ${month} ${String(Number(day)).padStart(2)} ${time} UTC ${year}`
}
