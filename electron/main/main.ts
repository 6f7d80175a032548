import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  app,
  autoUpdater,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  Notification,
  screen,
  session,
  shell,
  Tray,
  utilityProcess,
} from 'electron'
import { type EventName, type Events, eventChannel, type HostStatus, type LocalReport, type WindowStatus } from '../ipc/contract.ts'
import { type Handlers, registerCalls } from './calls.ts'
import { ExternalLinks } from './external.ts'
import { type GatewayAnnouncement, hostFlags, hostProcess, isElsewhere, parseLocal, type ShellMessage } from './host.ts'
import { menuTemplate } from './menu.ts'
import { guardContents, guardSession } from './navigation.ts'
import { Notifier } from './notifications.ts'
import { type OpenRequest, placeOf, requestsIn, scheme } from './open-requests.ts'
import { readOpened, WaitingFiles } from './opened-files.ts'
import { type Ask, agrees, kubeconfigQuestion, openQuestion, restartQuestion, updateQuestion } from './questions.ts'
import { Supervisor } from './supervisor.ts'
import { trayBitmap } from './tray-image.ts'
import { TrayIcon } from './tray.ts'
import { Updates } from './updates.ts'
import { defaultSize, parseState, type RememberedWindow } from './window-state.ts'
import tuning from './host-tuning.json' with { type: 'json' }
import { Windows } from './windows.ts'

// dist/electron/main.cjs in the source tree and in the package alike.
const dist = join(__dirname, '..')
const developer = !app.isPackaged
const partition = 'persist:binnacle'
const stateFile = (): string => join(app.getPath('userData'), 'window.json')

/** Passed to every run of the host, so that the windows' cookie outlives a restart. */
const secret = randomBytes(32).toString('base64url')
let gateway: GatewayAnnouncement | undefined
let local: LocalReport | undefined
let child: Electron.UtilityProcess | undefined
let tray: TrayIcon<Electron.NativeImage, Menu> | undefined
let quitting = false
/** What the system asked to open before there was a page to show it. */
const pending: OpenRequest[] = requestsIn(process.argv.slice(1), process.cwd())
const waiting = new WaitingFiles()

const windows = new Windows<BrowserWindow>({
  make: (bounds) =>
    new BrowserWindow({
      ...defaultSize,
      ...bounds,
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
    }),
  screens: () => screen.getAllDisplays().map((d) => d.workArea),
  changed: (window) => window.webContents.send(eventChannel('windowStatus'), statusOf(window)),
  remember(open) {
    mkdirSync(app.getPath('userData'), { recursive: true })
    writeFileSync(stateFile(), JSON.stringify({ windows: open }))
  },
  failed: (e) => dialog.showErrorBox('Binnacle', `The window could not be loaded: ${String(e)}`),
})

/** In front of the window while there is one. */
const ask: Ask = (options) => (windows.front === undefined ? dialog.showMessageBox(options) : dialog.showMessageBox(windows.front, options))

const links = new ExternalLinks(
  (url) => shell.openExternal(url),
  (url) => agrees(ask, openQuestion(url)),
)

const origin = (): string | undefined => gateway?.url

const supervisor = new Supervisor({
  launch() {
    // 0: the port that the data folder remembers, so that the page's origin and what it stores stay.
    const args = ['--gateway-port', '0', ...hostFlags(process.argv, app.isPackaged)]
    const launched = utilityProcess.fork(join(dist, 'server', 'main.mjs'), args, {
      serviceName: 'Binnacle control plane',
      stdio: ['ignore', 'pipe', 'pipe'],
      // tools/host-flags.mjs says what for.
      execArgv: tuning.nodeFlags,
      env: { ...process.env, ...(process.platform === 'linux' ? tuning.malloc : {}), BINNACLE_SESSION_SECRET: secret },
    })
    child = launched
    local = undefined
    launched.on('message', (message: unknown) => {
      // Another process has the data folder, and its window has come forward.
      if (isElsewhere(message)) app.quit()
      const report = parseLocal(message)
      if (report === undefined) return
      local = report
      showTray()
    })
    return hostProcess(launched, announced)
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
    showTray()
    if (status.state === 'failed' && gateway === undefined) void neverStarted(status)
  },
  onLog: (line) => send('hostLog', line),
})

async function announced(announcement: GatewayAnnouncement): Promise<void> {
  const moved = gateway?.url !== announcement.url
  const first = gateway === undefined
  gateway = announcement
  if (windows.all.length === 0) await openFirst(announcement, first)
  // On the same port the pages heal by themselves: their cookie and key are made of the same secret.
  else if (moved) await windows.front?.loadURL(announcement.sessionUrl)
  for (const request of pending.splice(0)) void open(request)
}

/** The one-time address signs in; the others follow in the same session, each at its place. */
async function openFirst({ sessionUrl, url }: GatewayAnnouncement, first: boolean): Promise<void> {
  const [front, ...others] = first ? recall() : []
  const window = windows.open(sessionUrl, front)
  await new Promise<void>((resolve) => window.webContents.once('did-finish-load', () => resolve()))
  if (front?.place) await window.loadURL(url + front.place)
  for (const each of others.reverse()) windows.open(url + (each.place || '/'), each)
  windows.show(window)
}

/** A window of its own at a place, or at the beginning. */
function openWindow(path: string): BrowserWindow | undefined {
  if (gateway === undefined) return undefined
  return windows.open(gateway.url + (path.startsWith('/c/') ? path : '/'))
}

/** Does what the system asked: a link's place, a kubeconfig's contexts, a file's objects. */
async function open(request: OpenRequest): Promise<void> {
  if (gateway === undefined) {
    pending.push(request)
    return
  }
  const window = windows.show() ?? openWindow('/')
  if (request.type === 'place') return void window?.webContents.send(eventChannel('place'), request.path)
  const read = await readOpened(request.file)
  if (read.type === 'refused') dialog.showErrorBox('Binnacle', read.why)
  else if (read.type === 'kubeconfig') {
    if (await agrees(ask, kubeconfigQuestion(read.file))) tell({ type: 'kubeconfig', file: read.file })
  } else if (window !== undefined) {
    waiting.add(window.webContents.id, read.opened)
    window.webContents.send(eventChannel('openedFiles'), true)
  }
}

const statusOf = (window: BrowserWindow | undefined): WindowStatus => ({
  maximized: window?.isMaximized() ?? false,
  fullScreen: window?.isFullScreen() ?? false,
  focused: window?.isFocused() ?? false,
})

const send = <K extends EventName>(event: K, value: Events[K]): void => windows.send(eventChannel(event), value)
const tell = (message: ShellMessage): void => child?.postMessage(message)
const showTray = (): void => tray?.show({ host: supervisor.status(), local })

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

const notifier = new Notifier({
  supported: () => Notification.isSupported(),
  make: (options) => new Notification(options),
  now: () => Date.now(),
  open: (path) => void open({ type: 'place', path }),
})

/** Asks for one file; undefined when the person cancelled. */
async function pickFile(title: string): Promise<string | undefined> {
  const { canceled, filePaths } = await dialog.showOpenDialog({ title, properties: ['openFile', 'showHiddenFiles'] })
  return canceled ? undefined : filePaths[0]
}

async function addKubeconfig(): Promise<boolean> {
  const file = await pickFile('Add a kubeconfig')
  if (file !== undefined) tell({ type: 'kubeconfig', file })
  return file !== undefined
}

const handlers: Handlers = {
  minimizeWindow: (sender) => windows.of(sender)?.minimize(),
  toggleMaximizeWindow(sender) {
    const window = windows.of(sender)
    if (window?.isMaximized() === true) window.unmaximize()
    else window?.maximize()
  },
  closeWindow: (sender) => windows.of(sender)?.close(),
  windowStatus: (sender) => statusOf(windows.of(sender)),
  openWindow: (_, path) => openWindow(path) !== undefined,
  notify: (_, notice) => notifier.show(notice),
  takeOpenedFiles: (sender) => waiting.take(sender),
  openExternal: (_, url) => links.open(url),
  async saveFile(sender, name, content) {
    const window = windows.of(sender)
    const options = { defaultPath: join(app.getPath('downloads'), name) }
    const { canceled, filePath } = await (window === undefined ? dialog.showSaveDialog(options) : dialog.showSaveDialog(window, options))
    if (canceled || filePath === '') return false
    await writeFile(filePath, content)
    return true
  },
  addKubeconfig,
  hostStatus: () => supervisor.status(),
  hostLog: () => supervisor.log(),
  restartHost: () => supervisor.restart(),
}

function recall(): RememberedWindow[] {
  try {
    return parseState(readFileSync(stateFile(), 'utf8')).windows ?? []
  } catch {
    return []
  }
}

/** `updateFeed` of the package, which whoever builds it may write. */
function updateFeed(): string | undefined {
  try {
    const { updateFeed: feed } = JSON.parse(readFileSync(join(app.getAppPath(), 'package.json'), 'utf8')) as { updateFeed?: unknown }
    return typeof feed === 'string' && feed !== '' ? feed : undefined
  } catch {
    return undefined
  }
}

function begin(): void {
  guardSession(session.fromPartition(partition), origin, developer)
  registerCalls(ipcMain, handlers, origin)
  const updates = new Updates({
    updater: autoUpdater,
    platform: process.platform,
    arch: process.arch,
    version: app.getVersion(),
    packaged: app.isPackaged,
    feed: updateFeed(),
    tell: (message, detail) => void ask({ type: 'info', title: 'Binnacle', message, detail }),
    confirm: () => agrees(ask, updateQuestion),
  })
  const actions = {
    command: (name: Events['menu']) => windows.front?.webContents.send(eventChannel('menu'), name),
    newWindow: () => void openWindow('/'),
    addKubeconfig: () => void addKubeconfig(),
    openFile: () => void pickFile('Open a file of objects').then((file) => (file === undefined ? undefined : open({ type: 'file', file }))),
    restartHost: () => void agrees(ask, restartQuestion).then((yes) => (yes ? supervisor.restart() : undefined)),
    openExternal: (url: string) => void links.open(url),
    ...(updates.state === 'off' ? {} : { checkForUpdates: () => updates.check() }),
  }
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, developer, actions)))
  tray = makeTray()
  supervisor.start()
}

const traySize = 22

/** Undefined where the desktop has no place for one. */
function makeTray(): TrayIcon<Electron.NativeImage, Menu> | undefined {
  const image = (tone: Parameters<typeof trayBitmap>[0]): Electron.NativeImage => {
    const made = nativeImage.createFromBitmap(trayBitmap(tone, traySize), { width: traySize, height: traySize })
    made.addRepresentation({ scaleFactor: 2, width: 2 * traySize, height: 2 * traySize, buffer: trayBitmap(tone, 2 * traySize) })
    return made
  }
  try {
    return new TrayIcon<Electron.NativeImage, Menu>({
      tray: new Tray(image('busy')),
      image,
      menu: (template) => Menu.buildFromTemplate(template),
      actions: {
        show: () => void (windows.show() ?? openWindow('/')),
        newWindow: () => void openWindow('/'),
        local: (action) => tell({ type: 'local', action }),
        quit: () => app.quit(),
      },
    })
  } catch {
    return undefined
  }
}

if (app.requestSingleInstanceLock()) {
  app.enableSandbox()
  if (app.isPackaged) app.setAsDefaultProtocolClient(scheme)
  app.on('web-contents-created', (_, contents) =>
    guardContents(contents, origin, { external: (url) => void links.open(url), window: (path) => void openWindow(path) }),
  )
  app.on('second-instance', (_, argv, folder) => {
    const requests = requestsIn(argv.slice(1), folder)
    if (requests.length === 0) windows.show()
    for (const request of requests) void open(request)
  })
  // macOS hands addresses and files over by events, also before there is a window.
  app.on('open-url', (event, url) => {
    event.preventDefault()
    const path = placeOf(url)
    if (path !== undefined) void open({ type: 'place', path })
  })
  app.on('open-file', (event, file) => {
    event.preventDefault()
    void open({ type: 'file', file })
  })
  app.on('activate', () => {
    if (windows.all.length === 0) openWindow('/')
  })
  app.on('window-all-closed', () => process.platform !== 'darwin' && app.quit())
  // The store is flushed before the program ends.
  app.on('before-quit', (event) => {
    if (quitting) return
    event.preventDefault()
    quitting = true
    windows.end()
    void supervisor.stop().then(() => app.quit())
  })
  void app.whenReady().then(begin)
} else {
  app.quit()
}
