import type { MenuItemConstructorOptions } from 'electron'
import { expect, test } from 'vitest'
import { menuCommands } from '../ipc/contract.ts'
import { menuTemplate } from './menu.ts'

function flat(items: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return items.flatMap((i) => [i, ...(Array.isArray(i.submenu) ? flat(i.submenu) : [])])
}

test.each(['linux', 'darwin', 'win32'])(
  'on %s every command of the contract is in the menu, and quitting is where people look',
  (platform) => {
    const sent: string[] = []
    const template = menuTemplate(platform, false, {
      command: (name) => sent.push(name),
      addKubeconfig: () => sent.push('add'),
      restartHost: () => sent.push('restart'),
      openExternal: (url) => sent.push(url),
    })
    for (const item of flat(template)) (item.click as (() => void) | undefined)?.()
    expect(sent).toEqual(expect.arrayContaining([...menuCommands, 'add', 'restart', 'https://kubernetes.io/docs/']))
    const first = template[0]
    expect(first?.role === 'appMenu').toBe(platform === 'darwin')
    expect(flat([first ?? {}]).some((i) => i.role === 'quit')).toBe(true)
    expect(flat(template).some((i) => i.role === 'toggleDevTools')).toBe(false)
  },
)
