import { byName } from '../../kube/order.ts'

export interface LogEntry {
  name: string
  folder: boolean
}

/** The HTML file listing that Go's file server writes, read as text: one `<a href="name">` an entry, a slash after folders. */
export function parseListing(html: string): LogEntry[] {
  const entries: LogEntry[] = []
  for (const [, href = ''] of html.matchAll(/<a\s+href="([^"]*)"/gi)) {
    const folder = href.endsWith('/')
    const name = decode(unescapeHtml(folder ? href.slice(0, -1) : href).replace(/^\.\//, ''))
    // Links that lead elsewhere are not entries of this folder.
    if (name === '' || name === '..' || name.includes('/')) continue
    entries.push({ name, folder })
  }
  return entries.sort((a, b) => Number(b.folder) - Number(a.folder) || byName(a.name, b.name))
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&#34;': '"', '&#39;': "'", '&quot;': '"' }
const unescapeHtml = (text: string): string => text.replace(/&(?:amp|lt|gt|quot|#34|#39);/g, (entity) => entities[entity] ?? entity)

/** Where one is below `/logs/`, as an address has it: folders end with a slash, a file does not. */
export const logPath = (folders: readonly string[], file?: string): string =>
  [...folders.map((folder) => `${encodeURIComponent(folder)}/`), ...(file === undefined ? [] : [encodeURIComponent(file)])].join('')

export function parseLogPath(text: string): { path: string[]; file: string | undefined } {
  const parts = text.split('/').map(decoded)
  const file = parts.pop()
  return { path: parts.filter(Boolean), file: file || undefined }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
