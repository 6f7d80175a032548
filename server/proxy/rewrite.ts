import type { IncomingMessage } from 'node:http'
import { once } from 'node:events'
import { pipeline, Readable, Transform, type Duplex } from 'node:stream'
import { createDeflate, createDeflateRaw, createGunzip, createGzip, createInflate, createInflateRaw } from 'node:zlib'
import { StatusError } from '../machinery/status.ts'
import { HtmlUrlRewriter } from './html.ts'

/** Whose URLs are moved, and to where. */
export interface UrlRewriting {
  /** Path under which the client sees the target's root, without a slash at its end. */
  prefix: string
  /** The target's `host` or `host:port`, as URLs name it. */
  targetHosts: readonly string[]
  /** The host that the client asked; a page made with it in mind names it. */
  requestHost: string | undefined
}

const ABSOLUTE = /^([a-z][a-z0-9+.-]*:)?(?:\/\/([^/?#]*))?/i

/**
 * The client's address for a URL of the target (apimachinery `util/proxy`, rewriteURL): rooted paths move below the prefix, with the
 * target's own host and without; everything else stays as it is, and so does what Go could not read as a URL.
 */
export function rewriteUrl(url: string, o: UrlRewriting): string {
  const [whole, scheme = '', authority = ''] = ABSOLUTE.exec(url)!
  const path = url.slice(whole.length)
  const host = authority.slice(authority.lastIndexOf('@') + 1)
  const ownHost = host !== '' && host === o.requestHost
  const other = host !== '' && !ownHost && !o.targetHosts.includes(host)
  if (other || !path.startsWith('/') || malformed(url)) return url
  const kept = ownHost ? `${scheme}//${authority}` : ''
  // Slashes at the beginning would name another host.
  const target = `/${path.replace(/^\/+/, '')}`
  return target === o.prefix || target.startsWith(`${o.prefix}/`) ? kept + target : kept + o.prefix + target
}

/** Control characters, and escapes that are none, in the part before a query; an escape cut off at the end is not judged. */
const malformed = (url: string): boolean => /[\0-\x1f\x7f]/.test(url) || /^[^?#]*%(?!$|[0-9a-f]$|[0-9a-f]{2})/i.test(url)

interface Coding {
  decode: (head: Buffer) => Duplex
  encode: (head: Buffer) => Duplex
}

const isZlib = (head: Buffer): boolean => head.length < 2 || ((head[0]! & 0x0f) === 8 && head.readUInt16BE(0) % 31 === 0)

/** `deflate` is zlib's format by its definition and bare deflate from some servers, the reference among its readers. */
const CODINGS: Readonly<Record<string, Coding>> = {
  gzip: { decode: () => createGunzip(), encode: () => createGzip() },
  deflate: {
    decode: (head) => (isZlib(head) ? createInflate() : createInflateRaw()),
    encode: (head) => (isZlib(head) ? createDeflate() : createDeflateRaw()),
  },
}

export const isHtml = (contentType: string | undefined): boolean => contentType?.split(';', 1)[0]!.trim().toLowerCase() === 'text/html'

/**
 * A page with its URLs moved, as it comes, in the encoding it came in; undefined when that is unknown, and then nothing was read.
 * Throws 500 for a page that is not in the encoding it names, before anything of it is there. Destroying the stream ends the answer.
 */
export async function rewriteHtml(answer: IncomingMessage, o: UrlRewriting): Promise<Readable | undefined> {
  const encoding = (answer.headers['content-encoding'] ?? '').toLowerCase()
  if (encoding === '') return chain(inPieces(answer), htmlTransform(o))
  const coding = Object.hasOwn(CODINGS, encoding) ? CODINGS[encoding] : undefined
  if (coding === undefined) return undefined
  const head = await peek(answer)
  const html = chain(inPieces(answer), coding.decode(head), htmlTransform(o))
  try {
    await peek(html)
  } catch (e) {
    throw new StatusError(500, '', `the page is not encoded as its content-encoding ${encoding} says: ${(e as Error).message}`)
  }
  return chain(html, coding.encode(head))
}

/** What has come meanwhile as one piece, however small the chunks are in which it came. */
const inPieces = (answer: Readable): Readable => Readable.from(answer, { objectMode: false })

/** The last of the streams, which fails with any of them and ends all of them when it is destroyed. */
function chain(...streams: [Readable, ...Duplex[]]): Readable {
  return pipeline(streams, () => undefined) as unknown as Readable
}

/** The first bytes, left in the stream; empty when there are none. Rejects when it fails first. */
async function peek(stream: Readable): Promise<Buffer> {
  for (;;) {
    const chunk = stream.read() as Buffer | null
    if (chunk !== null) {
      stream.unshift(chunk)
      return chunk
    }
    if (stream.readableEnded) return Buffer.alloc(0)
    await Promise.race([once(stream, 'readable'), once(stream, 'end')])
  }
}

/** Beyond this a URL is taken by its beginning alone. */
const MAX_URL_HEAD = 4096

function htmlTransform(o: UrlRewriting): Transform {
  const rewriter = new HtmlUrlRewriter((url) => rewriteUrl(url, o), o.prefix.length + MAX_URL_HEAD)
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      for (const piece of rewriter.push(chunk)) this.push(piece)
      done()
    },
    flush(done) {
      for (const piece of rewriter.end()) this.push(piece)
      done()
    },
  })
}
