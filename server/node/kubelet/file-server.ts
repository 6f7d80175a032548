import { escapeHtml } from '../../machinery/html.ts'
import { constants } from 'node:fs'
import { open, readdir, realpath, stat, type FileHandle } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { pageNotFound, send, type KubeletRequest } from './http.ts'

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.gz': 'application/gzip',
  '.htm': 'text/html; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json',
  '.log': 'text/x-log; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'text/xml; charset=utf-8',
}

/**
 * Go's http.FileServer over one folder: listings, ranges, conditional requests. Nothing outside `root` is ever read:
 * names are taken as they are (`..` is no name), and what a symbolic link leads to must lie within the folder too.
 */
export async function serveFile(root: string, name: string, req: KubeletRequest, res: ServerResponse): Promise<void> {
  const target = await resolveWithin(root, name)
  if (target === undefined) return pageNotFound(res)
  const info = await stat(target).catch(() => undefined)
  if (info?.isDirectory() === true) {
    if (name !== '' && !name.endsWith('/')) return relativeRedirect(res, `${encodeName(path.posix.basename(name))}/`, req)
    return listing(target, info.mtimeMs, req, res)
  }
  if (info?.isFile() !== true) return pageNotFound(res)
  if (name.endsWith('/')) return relativeRedirect(res, `../${encodeName(path.posix.basename(name))}`, req)
  const file = await open(target, OPEN_FLAGS).catch(() => undefined)
  if (file === undefined) return pageNotFound(res)
  try {
    const now = await file.stat()
    if (!now.isFile()) return pageNotFound(res)
    await content(file, { size: now.size, mtimeMs: now.mtimeMs, name }, req, res)
  } finally {
    await file.close()
  }
}

// A link put in place after the check is not followed, and a pipe put there does not block. Windows has neither flag.
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** The real path of `name` below `root`, or undefined when there is none or it leads elsewhere. */
export async function resolveWithin(root: string, name: string): Promise<string | undefined> {
  const parts = name.split('/').filter((p) => p !== '')
  const separator = path.sep === '\\' ? /[\\/:\0]/ : /[/\0]/
  if (parts.some((p) => p === '..' || p === '.' || separator.test(p))) return undefined
  try {
    const base = await realpath(root)
    const real = await realpath(path.join(base, ...parts))
    return real === base || real.startsWith(base.endsWith(path.sep) ? base : base + path.sep) ? real : undefined
  } catch {
    return undefined
  }
}

function relativeRedirect(res: ServerResponse, location: string, req: KubeletRequest): void {
  const query = req.query.toString()
  res.writeHead(301, { Location: query === '' ? location : `${location}?${query}`, 'Content-Length': 0 })
  res.end()
}

// Go's url.URL.String for a path: everything but these is escaped; a leading name with a colon would read as a scheme.
const encodeName = (name: string): string => {
  const text = encodeURIComponent(name).replace(/%(24|26|2B|3A|3D|40|2C|3B)/g, (escaped) => decodeURIComponent(escaped))
  return text.includes(':') ? `./${text}` : text
}

async function listing(dir: string, mtimeMs: number, req: KubeletRequest, res: ServerResponse): Promise<void> {
  if (notModified(req, mtimeMs)) return void res.writeHead(304).end()
  const entries = (await readdir(dir, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))
  const lines = entries.map((e) => {
    const name = e.isDirectory() ? `${e.name}/` : e.name
    return `<a href="${escapeHtml(encodeName(e.name))}${e.isDirectory() ? '/' : ''}">${escapeHtml(name)}</a>\n`
  })
  const body = `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${lines.join('')}</pre>\n`
  send(res, 200, body, { 'Content-Type': 'text/html; charset=utf-8', 'Last-Modified': new Date(mtimeMs).toUTCString() })
}

interface Content {
  size: number
  mtimeMs: number
  name: string
}

async function content(file: FileHandle, c: Content, req: KubeletRequest, res: ServerResponse): Promise<void> {
  const headers: Record<string, string> = { 'Last-Modified': new Date(c.mtimeMs).toUTCString() }
  if (notModified(req, c.mtimeMs)) return void res.writeHead(304, headers).end()
  headers['Accept-Ranges'] = 'bytes'
  headers['Content-Type'] = TYPES[path.extname(c.name).toLowerCase()] ?? (await sniff(file))
  const ifRange = req.raw.headers['if-range']
  const usable = typeof ifRange !== 'string' || Date.parse(ifRange) === wholeSeconds(c.mtimeMs)
  const range = usable ? parseRange(req.raw.headers.range, c.size) : undefined
  if (range === 'unsatisfiable') {
    return send(res, 416, 'invalid range: failed to overlap\n', {
      'Content-Range': `bytes */${c.size}`,
      'X-Content-Type-Options': 'nosniff',
    })
  }
  const [start, end] = range ?? [0, c.size - 1]
  if (range !== undefined) headers['Content-Range'] = `bytes ${start}-${end}/${c.size}`
  res.writeHead(range === undefined ? 200 : 206, { ...headers, 'Content-Length': end - start + 1 })
  if (req.method === 'HEAD' || end < start) return void res.end()
  // The file may grow or shrink while it is read: never more than was announced, and a shorter one breaks the connection.
  await pipeline(file.createReadStream({ start, end, autoClose: false }), res, { signal: req.signal })
}

const wholeSeconds = (ms: number): number => Math.floor(ms / 1000) * 1000

function notModified(req: KubeletRequest, mtimeMs: number): boolean {
  const since = req.raw.headers['if-modified-since']
  if (since === undefined || req.raw.headers['if-none-match'] !== undefined) return false
  const time = Date.parse(since)
  return !Number.isNaN(time) && wholeSeconds(mtimeMs) <= time
}

/**
 * One range of a Range header (RFC 9110 §14.2) as [first, last]; undefined to send everything: none asked, another unit, not
 * well-formed, or several at once, which a server may ignore.
 */
export function parseRange(header: string | undefined, size: number): [number, number] | 'unsatisfiable' | undefined {
  const m = /^bytes=\s*(\d*)-(\d*)\s*$/.exec(header ?? '')
  if (m === null || (m[1] === '' && m[2] === '')) return undefined
  if (m[1] === '') {
    const last = Number(m[2])
    return last === 0 || size === 0 ? 'unsatisfiable' : [Math.max(0, size - last), size - 1]
  }
  const first = Number(m[1])
  const end = m[2] === '' ? size - 1 : Math.min(Number(m[2]), size - 1)
  if (m[2] !== '' && Number(m[2]) < first) return undefined
  return first >= size ? 'unsatisfiable' : [first, end]
}

/** Text or not, by the first bytes (a small part of the WHATWG sniffing that Go does). */
async function sniff(file: FileHandle): Promise<string> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(512), 0, 512, 0)
  const head = buffer.subarray(0, bytesRead)
  if (head.length > 2 && head[0] === 0x1f && head[1] === 0x8b) return 'application/x-gzip'
  const binary = head.some((b) => b < 9 || b === 11 || (b > 13 && b < 32 && b !== 27))
  return binary ? 'application/octet-stream' : 'text/plain; charset=utf-8'
}
