import { spawn } from 'node:child_process'

const openers: Record<string, [command: string, args: string[]]> = {
  darwin: ['open', []],
  // `start` is a part of cmd; the empty string is the window title it would take from the address.
  win32: ['cmd', ['/c', 'start', '""']],
}

/** Asks the system to show an address. False when there is nothing that could: a server, a container. Never rejects. */
export function openBrowser(
  url: string,
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
): Promise<boolean> {
  const [command, args] = openers[platform] ?? ['xdg-open', []]
  if (command === 'xdg-open' && !env.DISPLAY && !env.WAYLAND_DISPLAY) return Promise.resolve(false)
  return new Promise((resolve) => {
    const child = spawn(command, [...args, url], { stdio: 'ignore', detached: true, env })
    child.once('error', () => resolve(false))
    child.once('spawn', () => {
      child.unref()
      resolve(true)
    })
  })
}
