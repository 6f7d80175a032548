import type { IncomingMessage } from 'node:http'
import { promisify } from 'node:util'
import { deflate, gunzip, gzip, inflate } from 'node:zlib'
import type { ForwardRequest } from './forward.ts'

/** Attributes that hold URLs (apimachinery `util/proxy/transport.go`, atomsToAttrs), by element. */
const URL_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
}

/** A page larger than this goes through as it is. */
const MAX_PAGE = 8 * 1024 * 1024

/** The client's address for a URL of the target: rooted paths and the target's own host move below the prefix; the rest stays. */
export function rewriteUrl(url: string, f: ForwardRequest): string {
  if (url.startsWith('//') || url === '') return url
  if (url.startsWith('/')) return url === f.prefix || url.startsWith(`${f.prefix}/`) ? url : f.prefix + url
  const { target } = f
  const origins = [`${target.protocol}//${target.host}:${target.port}`, `${target.protocol}//${target.host}`]
  const own = origins.find((o) => url === o || url.startsWith(`${o}/`))
  return own === undefined ? url : `${f.prefix}${url.slice(own.length) || '/'}`
}

type Coder = (b: Buffer) => Promise<Buffer>
const CODINGS: Readonly<Record<string, { decode: Coder; encode: Coder }>> = {
  '': { decode: (b) => Promise.resolve(b), encode: (b) => Promise.resolve(b) },
  gzip: { decode: promisify(gunzip), encode: promisify(gzip) },
  deflate: { decode: promisify(inflate), encode: promisify(deflate) },
}

/** The whole page with its URLs moved; undefined when its encoding is unknown, and then nothing was read. */
export async function rewriteHtml(answer: IncomingMessage, f: ForwardRequest): Promise<Buffer | undefined> {
  const coding = CODINGS[(answer.headers['content-encoding'] ?? '').toLowerCase()]
  const length = Number(answer.headers['content-length'] ?? 0)
  if (coding === undefined || length > MAX_PAGE) return undefined
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  const page = (await coding.decode(Buffer.concat(chunks))).toString('latin1')
  return coding.encode(Buffer.from(rewriteTags(page, f), 'latin1'))
}

// Bytes go through as latin1, so that no character outside of tags changes.
function rewriteTags(page: string, f: ForwardRequest): string {
  return page.replace(/<([a-zA-Z]+)((?:\s+[^<>]*?)?)(\/?)>/g, (tag, name: string, attributes: string, end: string) => {
    const wanted = URL_ATTRIBUTES[name.toLowerCase()]
    if (wanted === undefined || attributes === '') return tag
    const moved = attributes.replace(
      /(\s)([\w-]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)/g,
      (whole, space: string, attr: string, eq: string, value: string) => {
        if (!wanted.includes(attr.toLowerCase())) return whole
        const quote = value.startsWith('"') || value.startsWith("'") ? value[0]! : ''
        const bare = quote === '' ? value : value.slice(1, -1)
        return `${space}${attr}${eq}${quote}${rewriteUrl(bare, f)}${quote}`
      },
    )
    return `<${name}${moved}${end}>`
  })
}
