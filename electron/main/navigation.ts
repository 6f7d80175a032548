/** The slices of Electron that the policy touches, so that a test can stand in for them. */
export interface ContentsLike {
  on(
    event: 'will-navigate' | 'will-redirect' | 'will-frame-navigate',
    listener: (details: { url: string; preventDefault(): void }) => void,
  ): unknown
  on(event: 'will-attach-webview', listener: (event: { preventDefault(): void }) => void): unknown
  setWindowOpenHandler(handler: (details: { url: string }) => { action: 'deny' }): void
}

export interface SessionLike {
  setPermissionRequestHandler(handler: (contents: unknown, permission: string, callback: (granted: boolean) => void) => void): void
  setPermissionCheckHandler(handler: (contents: unknown, permission: string) => boolean): void
  setDevicePermissionHandler(handler: () => boolean): void
  webRequest: {
    onBeforeRequest(listener: (details: { url: string }, callback: (response: { cancel?: boolean }) => void) => void): void
  }
}

/** Copying text out of a table is all that a page may do without being asked. */
const allowedPermissions = new Set(['clipboard-sanitized-write'])

/** The normal form of an address that the system browser may open; undefined for anything but https. */
export function externalUrl(url: unknown): string | undefined {
  if (typeof url !== 'string' || !URL.canParse(url)) return undefined
  const parsed = new URL(url)
  // Credentials in an address only serve to disguise it.
  if (parsed.protocol !== 'https:' || parsed.username !== '' || parsed.password !== '') return undefined
  return parsed.href
}

/**
 * Whether this is a page of the window: of the gateway's origin (`http://127.0.0.1:PORT`; undefined before it is known), and not below
 * `/clusters/`, where it passes on what pods, nodes and services answer.
 */
export function isOwn(url: string, origin: string | undefined): boolean {
  if (origin === undefined || !URL.canParse(url)) return false
  const parsed = new URL(url)
  return parsed.origin === origin && !isForeign(parsed.pathname)
}

// However it is spelt: nothing of ours begins in a way that any reader could take for it.
function isForeign(pathname: string): boolean {
  let path: string
  try {
    path = decodeURIComponent(pathname)
  } catch {
    return true
  }
  return /^[/\\]+clusters([/\\]|$)/i.test(path)
}

/** What a page may load: the gateway over HTTP and WebSocket, and what the page itself made. */
export function mayLoad(url: string, origin: string | undefined, developer: boolean): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, host } = new URL(url)
  if (protocol === 'data:' || protocol === 'blob:') return true
  if (developer && (protocol === 'devtools:' || protocol === 'chrome-extension:')) return true
  if (origin === undefined || host !== new URL(origin).host) return false
  return protocol === 'http:' || protocol === 'ws:'
}

/** A window shows the gateway and nothing else: its own pages may open another window, links to https leave for the system browser. */
export function guardContents(
  contents: ContentsLike,
  origin: () => string | undefined,
  open: { external(url: string): void; window(path: string): void },
): void {
  const refuse = (details: { url: string; preventDefault(): void }): void => {
    if (!isOwn(details.url, origin())) details.preventDefault()
  }
  contents.on('will-navigate', refuse)
  contents.on('will-redirect', refuse)
  contents.on('will-frame-navigate', refuse)
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.setWindowOpenHandler(({ url }) => {
    const external = externalUrl(url)
    if (external !== undefined) open.external(external)
    else if (isOwn(url, origin())) open.window(pathOf(url))
    return { action: 'deny' }
  })
}

const pathOf = (url: string): string => {
  const { pathname, search } = new URL(url)
  return pathname + search
}

export function guardSession(session: SessionLike, origin: () => string | undefined, developer: boolean): void {
  session.setPermissionRequestHandler((_, permission, callback) => callback(allowedPermissions.has(permission)))
  session.setPermissionCheckHandler((_, permission) => allowedPermissions.has(permission))
  session.setDevicePermissionHandler(() => false)
  session.webRequest.onBeforeRequest((details, callback) => callback({ cancel: !mayLoad(details.url, origin(), developer) }))
}
