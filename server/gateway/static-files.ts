import { createHash } from 'node:crypto'
import { createReadStream, type Stats } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http'
import { extname, join, resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
}

interface StaticFile {
  path: string
  stats: Stats
  /** Made by the build beside the file. */
  encodings: { encoding: string; path: string; stats: Stats }[]
}

const variants = [
  { encoding: 'br', suffix: '.br' },
  { encoding: 'gzip', suffix: '.gz' },
]

/**
 * The built renderer. Only files found by listing the folder are served, so no address can climb out of it. Names under `/assets/`
 * contain a hash of their content and never change; addresses without a file are the application's own routes.
 */
export class StaticFiles {
  readonly #root: string
  #files = new Map<string, StaticFile>()
  #builtAt = -1

  constructor(root: string) {
    this.#root = resolve(root)
  }

  /** False when there is no such file and the address cannot be a route of the application. */
  async serve(pathname: string, req: IncomingMessage, res: ServerResponse, base: OutgoingHttpHeaders): Promise<boolean> {
    await this.#refresh()
    // Places of the inspector are named after kinds and objects, whose names have dots.
    const route = pathname.startsWith('/c/') || (extname(pathname) === '' && !pathname.startsWith('/assets/'))
    const name = this.#files.has(pathname) ? pathname : route ? '/index.html' : undefined
    const file = name === undefined ? undefined : this.#files.get(name)
    if (name === undefined || file === undefined) return false
    const accepted = String(req.headers['accept-encoding'] ?? '')
    const variant = file.encodings.find((v) => new RegExp(`\\b${v.encoding}\\b(?!\\s*;\\s*q=0(\\.0+)?\\s*(,|$))`).test(accepted))
    const etag = `"${createHash('sha256').update(`${name} ${file.stats.size} ${file.stats.mtimeMs} ${variant?.encoding}`).digest('base64url').slice(0, 22)}"`
    const headers: OutgoingHttpHeaders = {
      ...base,
      'content-type': types[extname(name)] ?? 'application/octet-stream',
      'cache-control': name.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag,
      vary: 'accept-encoding',
    }
    if (req.headers['if-none-match'] === etag) {
      res.writeHead(304, headers).end()
      return true
    }
    if (variant !== undefined) headers['content-encoding'] = variant.encoding
    res.writeHead(200, { ...headers, 'content-length': (variant ?? file).stats.size })
    if (req.method === 'HEAD') res.end()
    else await pipeline(createReadStream((variant ?? file).path), res).catch(() => res.destroy())
    return true
  }

  /** The page of every route. Undefined without a build. */
  async page(): Promise<string | undefined> {
    await this.#refresh()
    const file = this.#files.get('/index.html')
    return file && readFile(file.path, 'utf8')
  }

  // A new build writes a new index.html; one stat a request is cheap next to serving a file.
  async #refresh(): Promise<void> {
    const index = await stat(join(this.#root, 'index.html')).catch(() => undefined)
    const builtAt = index?.mtimeMs ?? -1
    if (builtAt === this.#builtAt) return
    this.#files = index === undefined ? new Map() : await scan(this.#root)
    this.#builtAt = builtAt
  }
}

async function scan(root: string): Promise<Map<string, StaticFile>> {
  const found = new Map<string, { path: string; stats: Stats }>()
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    found.set(path.slice(root.length).replaceAll('\\', '/'), { path, stats: await stat(path) })
  }
  const files = new Map<string, StaticFile>()
  for (const [name, file] of found) {
    if (variants.some((v) => name.endsWith(v.suffix))) continue
    const encodings = variants.flatMap((v) => {
      const made = found.get(name + v.suffix)
      return made === undefined ? [] : [{ encoding: v.encoding, ...made }]
    })
    files.set(name, { ...file, encodings })
  }
  return files
}
