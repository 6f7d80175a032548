/** A slash, as it stands or escaped: both part segments, as in `request/request-info.ts`, which reads the decoded path. */
const SEPARATOR = /\/|%2f/gi

/** Segments of a decoded path, slashes at its ends left out, as request-info counts them. */
export function segmentCount(path: string): number {
  let start = 0
  let end = path.length
  while (start < end && path[start] === '/') start++
  while (end > start && path[end - 1] === '/') end--
  let count = start === end ? 0 : 1
  for (let at = start; at < end; at++) if (path[at] === '/') count++
  return count
}

/**
 * Cuts a path as it was sent after its first `segments` segments. The prefix begins with exactly one slash, so that it is no other
 * host's address in a redirect, and can stand in an attribute of HTML. The rest is empty or begins with a slash.
 */
export function cutPath(path: string, segments: number): { prefix: string; rest: string } {
  let start = 0
  let end = path.length
  let left = segments
  SEPARATOR.lastIndex = 0
  for (let m = SEPARATOR.exec(path); m !== null; m = SEPARATOR.exec(path)) {
    if (m.index === start && left === segments) start = SEPARATOR.lastIndex
    else if (--left === 0) {
      end = m.index
      break
    }
  }
  const rest = path.slice(end).replace(/^%2f/i, '/')
  return { prefix: `/${path.slice(start, end)}`.replace(/["'<>&\s]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`), rest }
}

/**
 * The path that a backend is asked for: decoded, cleaned and escaped anew, as the reference does it (endpoints/handlers/rest.go,
 * getRequestOptions; apimachinery `net.JoinPreservingTrailingSlash`; Go's `url.EscapedPath`). Always from a slash on.
 */
export function backendPath(rest: string): string {
  return escapePath(cleanPath(decodeURIComponent(escapeBytes(rest))))
}

/** Bytes beyond ASCII stand in a request's target as Latin-1 characters. */
const escapeBytes = (path: string): string =>
  path.replace(/[^\0-\x7f]/g, (c) => `%${(c.charCodeAt(0) & 0xff).toString(16).toUpperCase().padStart(2, '0')}`)

/** Go's path.Clean of an absolute path, with a slash at its end kept. */
function cleanPath(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts.length === 0 ? '/' : `/${parts.join('/')}${path.endsWith('/') ? '/' : ''}`
}

/** As Go escapes a path: all but `A-Za-z0-9-_.~$&+,/:;=@`. */
const escapePath = (path: string): string =>
  encodeURIComponent(path)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%(?:24|26|2B|2C|2F|3A|3B|3D|40)/g, (escaped) => decodeURIComponent(escaped))
