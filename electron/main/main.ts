import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { app, BrowserWindow, dialog, ipcMain, Menu, screen, session, shell, utilityProcess } from 'electron'
import { type EventName, type Events, eventChannel, type HostStatus, type WindowStatus } from '../ipc/contract.ts'
import { type Handlers, registerCalls } from './calls.ts'
import { type GatewayAnnouncement, hostFlags, hostProcess, isElsewhere, type ShellMessage } from './host.ts'
import { menuTemplate } from './menu.ts'
import { ExternalLinks } from './external.ts'
import { guardContents, guardSession } from './navigation.ts'
import { type Ask, agrees, openQuestion, restartQuestion } from './questions.ts'
import { Supervisor } from './supervisor.ts'
import { defaultSize, parseState, type RememberedState, visibleBounds } from './window-state.ts'

// dist/electron/main.cjs in the source tree and in the package alike.
const dist = join(__dirname, '..')
const developer = !app.isPackaged
const partition = 'persist:binnacle'
const stateFile = (): string => join(app.getPath('userData'), 'window.json')

/** As tools/host-flags.mjs has it for the other ways to start: glibc gives large buffers back, and has two arenas. */
const MALLOC = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: String(1 << 20), MALLOC_TRIM_THRESHOLD_: String(1 << 20) }

/** Passed to every run of the host, so that the window's cookie outlives a restart. */
const secret = randomBytes(32).toString('base64url')
let gateway: GatewayAnnouncement | undefined
let window: BrowserWindow | undefined
let child: Electron.UtilityProcess | undefined
let remembered: RememberedState = {}
let quitting = false

/** In front of the window while there is one. */
const ask: Ask = (options) => (window === undefined ? dialog.showMessageBox(options) : dialog.showMessageBox(window, options))

const links = new ExternalLinks(
  (url) => shell.openExternal(url),
  (url) => agrees(ask, openQuestion(url)),
)

const origin = (): string | undefined => gateway?.url

const supervisor = new Supervisor({
  launch() {
    // 0: the port that the data folder remembers, so that the page's origin and what it stores stay.
    const args = ['--gateway-port', '0', ...hostFlags(process.argv, app.isPackaged)]
    child = utilityProcess.fork(join(dist, 'server', 'main.mjs'), args, {
      serviceName: 'Binnacle control plane',
      stdio: ['ignore', 'pipe', 'pipe'],
      // As tools/host-flags.mjs has it for the other ways to start.
      execArgv: ['--max-semi-space-size=4', '--heap-growing-percent=60'],
      env: { ...process.env, ...(process.platform === 'linux' ? MALLOC : {}), BINNACLE_SESSION_SECRET: secret },
    })
    // Another process has the data folder, and its window has come forward.
    child.on('message', (message: unknown) => isElsewhere(message) && app.quit())
    return hostProcess(child, announced)
  },
  timers: {
    now: () => Date.now(),
    after(ms, fn) {
      const timer = setTimeout(fn, ms)
      return () => clearTimeout(timer)
    },
  },
  onStatus(status) {
    send('hostStatus', status)
    if (status.state === 'failed' && gateway === undefined) void neverStarted(status)
  },
  onLog: (line) => send('hostLog', line),
})

async function announced(announcement: GatewayAnnouncement): Promise<void> {
  const moved = gateway?.url !== announcement.url
  gateway = announcement
  // On the same port the page heals by itself: its cookie and key are made of the same secret.
  if (window === undefined) window = openWindow(announcement.sessionUrl)
  else if (moved) await window.loadURL(announcement.sessionUrl)
}

/** `url` is a one-time address for the first window of a launch; after it the session is there. */
function openWindow(url: string): BrowserWindow {
  const areas = screen.getAllDisplays().map((d) => d.workArea)
  const made = new BrowserWindow({
    ...defaultSize,
    ...visibleBounds(remembered.bounds, areas),
    show: false,
    title: 'Binnacle',
    titleBarStyle: process.platform === 'darwin' ? 'hiddenInset' : 'default',
    webPreferences: {
      preload: join(dist, 'electron', 'preload.cjs'),
      partition,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
      devTools: developer,
    },
  })
  if (remembered.maximized === true) made.maximize()
  made.once('ready-to-show', () => made.show())
  for (const event of ['maximize', 'unmaximize', 'enter-full-screen', 'leave-full-screen', 'focus', 'blur'] as const) {
    made.on(event as 'focus', () => send('windowStatus', windowStatus()))
  }
  made.on('close', () => remember({ bounds: made.getNormalBounds(), maximized: made.isMaximized() }))
  made.on('closed', () => (window = undefined))
  made.loadURL(url).catch((e: unknown) => dialog.showErrorBox('Binnacle', `The window could not be loaded: ${String(e)}`))
  return made
}

function windowStatus(): WindowStatus {
  return { maximized: window?.isMaximized() ?? false, fullScreen: window?.isFullScreen() ?? false, focused: window?.isFocused() ?? false }
}

function send<K extends EventName>(event: K, value: Events[K]): void {
  if (window !== undefined && !window.isDestroyed()) window.webContents.send(eventChannel(event), value)
}

/** Without a gateway there is no page that could show the reason. */
async function neverStarted(status: HostStatus): Promise<void> {
  const detail = supervisor
    .log()
    .slice(-15)
    .map((l) => l.text)
    .join('\n')
  const message = `The control plane did not start. ${status.message ?? ''}`
  const { response } = await dialog.showMessageBox({ type: 'error', title: 'Binnacle', message, detail, buttons: ['Try again', 'Quit'] })
  if (response === 0) supervisor.start()
  else app.quit()
}

const handlers: Handlers = {
  minimizeWindow: () => window?.minimize(),
  toggleMaximizeWindow: () => (window?.isMaximized() === true ? window.unmaximize() : window?.maximize()),
  closeWindow: () => window?.close(),
  windowStatus,
  openExternal: (url) => links.open(url),
  async saveFile(name, content) {
    const options = { defaultPath: join(app.getPath('downloads'), name) }
    const { canceled, filePath } = await (window === undefined ? dialog.showSaveDialog(options) : dialog.showSaveDialog(window, options))
    if (canceled || filePath === '') return false
    await writeFile(filePath, content)
    return true
  },
  async addKubeconfig() {
    const { canceled, filePaths } = await dialog.showOpenDialog({ title: 'Add a kubeconfig', properties: ['openFile', 'showHiddenFiles'] })
    const [file] = filePaths
    if (canceled || file === undefined) return false
    child?.postMessage({ type: 'kubeconfig', file } satisfies ShellMessage)
    return true
  },
  hostStatus: () => supervisor.status(),
  hostLog: () => supervisor.log(),
  restartHost: () => supervisor.restart(),
}

function remember(change: RememberedState): void {
  remembered = { ...remembered, ...change }
  mkdirSync(app.getPath('userData'), { recursive: true })
  writeFileSync(stateFile(), JSON.stringify(remembered))
}

function recall(): RememberedState {
  try {
    return parseState(readFileSync(stateFile(), 'utf8'))
  } catch {
    return {}
  }
}

function begin(): void {
  remembered = recall()
  guardSession(session.fromPartition(partition), origin, developer)
  registerCalls(ipcMain, handlers, origin)
  const actions = {
    command: (name: Events['menu']) => send('menu', name),
    addKubeconfig: () => void handlers.addKubeconfig(),
    restartHost: () => void agrees(ask, restartQuestion).then((yes) => (yes ? supervisor.restart() : undefined)),
    openExternal: (url: string) => void links.open(url),
  }
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, developer, actions)))
  supervisor.start()
}

if (app.requestSingleInstanceLock()) {
  app.enableSandbox()
  app.on('web-contents-created', (_, contents) => guardContents(contents, origin, (url) => void links.open(url)))
  app.on('second-instance', () => {
    if (window?.isMinimized() === true) window.restore()
    window?.focus()
  })
  app.on('activate', () => {
    if (gateway !== undefined) window ??= openWindow(gateway.url)
  })
  app.on('window-all-closed', () => process.platform !== 'darwin' && app.quit())
  // The store is flushed before the program ends.
  app.on('before-quit', (event) => {
    if (quitting) return
    event.preventDefault()
    quitting = true
    void supervisor.stop().then(() => app.quit())
  })
  void app.whenReady().then(begin)
} else {
  app.quit()
}
