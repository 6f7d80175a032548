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
      newWindow: () => sent.push('window'),
      addKubeconfig: () => sent.push('add'),
      openFile: () => sent.push('open'),
      restartHost: () => sent.push('restart'),
      openExternal: (url) => sent.push(url),
    })
    for (const item of flat(template)) (item.click as (() => void) | undefined)?.()
    expect(sent).toEqual(expect.arrayContaining([...menuCommands, 'window', 'add', 'open', 'restart', 'https://kubernetes.io/docs/']))
    const first = template[0]
    expect(first?.role === 'appMenu').toBe(platform === 'darwin')
    expect(flat([first ?? {}]).some((i) => i.role === 'quit')).toBe(true)
    expect(flat(template).some((i) => i.role === 'toggleDevTools')).toBe(false)
    // A key that two items have does one of the two things.
    const keys = flat(template).flatMap(({ accelerator }) => (accelerator ? [accelerator] : []))
    expect(new Set(keys).size).toBe(keys.length)
    expect(flat(template).some(({ label }) => label === 'Check for Updates…')).toBe(false)
  },
)

test('updates are asked for where there is a feed of them', () => {
  const done: string[] = []
  const none = (): void => {}
  const actions = { command: none, newWindow: none, addKubeconfig: none, openFile: none, restartHost: none, openExternal: none }
  const template = menuTemplate('darwin', false, { ...actions, checkForUpdates: () => done.push('check') })
  ;(flat(template).find(({ label }) => label === 'Check for Updates…')?.click as () => void)()
  expect(done).toEqual(['check'])
})
