import type { MenuItemConstructorOptions, MessageBoxOptions } from 'electron'
import { expect, test } from 'vitest'
import { menuTemplate } from './menu.ts'
import { type Ask, agrees, openQuestion, restartQuestion } from './questions.ts'

/** Somebody who presses the button of this name, or Enter, or Escape. */
function person(press: string, asked: MessageBoxOptions[] = []): Ask {
  return (options) => {
    asked.push(options)
    const named = (options.buttons ?? []).indexOf(press)
    const keys: Record<string, number | undefined> = { Enter: options.defaultId, Escape: options.cancelId }
    return Promise.resolve({ response: keys[press] ?? named })
  }
}

/** Presses Restart in the menu of a shell wired as main.ts wires it; what was asked, and how often the control plane was restarted. */
async function pressRestart(press: string): Promise<{ asked: MessageBoxOptions[]; restarts: number }> {
  const asked: MessageBoxOptions[] = []
  let restarts = 0
  let done: Promise<void> | undefined
  const template = menuTemplate('linux', false, {
    command() {},
    newWindow() {},
    openFile() {},
    addKubeconfig() {},
    openExternal() {},
    restartHost: () => {
      done = agrees(person(press, asked), restartQuestion).then((yes) => void (restarts += yes ? 1 : 0))
    },
  })
  const cluster = template.find(({ label }) => label === 'Local Control Plane')?.submenu as MenuItemConstructorOptions[]
  ;(cluster.find(({ label }) => label === 'Restart')?.click as () => void)()
  await done
  return { asked, restarts }
}

test.each([
  ['Restart', 1],
  ['Cancel', 0],
  ['Enter', 0],
  ['Escape', 0],
] as const)('the menu asks before it restarts the control plane: %s', async (press, restarts) => {
  const seen = await pressRestart(press)
  expect(seen.restarts).toBe(restarts)
  expect(seen.asked.map(({ message }) => message)).toEqual(['Restart the local control plane?'])
  expect(seen.asked[0]?.detail).toMatch(/every other client is refused until it is back/)
})

test.each([
  ['Open', true],
  ['Cancel', false],
  ['Enter', false],
  ['Escape', false],
] as const)('an address is shown whole before the browser opens it: %s', async (press, opens) => {
  const asked: MessageBoxOptions[] = []
  expect(await agrees(person(press, asked), openQuestion('https://example.com/?a=b'))).toBe(opens)
  expect(asked[0]?.detail).toBe('https://example.com/?a=b')
})
