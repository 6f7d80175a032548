import { useMantineColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import { useNavigate } from 'react-router'
import type { MenuCommand } from '../../electron/ipc/contract.ts'
import { useCompose } from '../tools/apply/compose-context.ts'
import { useDock } from '../tools/dock/dock-context.ts'
import { bridge } from '../ui/bridge.ts'

/** Does what the desktop asks of the window: its menus, links, and files that the system opens with it. */
export function useMenu(actions: { palette(text: string): void; help(): void; localLog(): void; notices(): void }): void {
  const { toggleColorScheme } = useMantineColorScheme()
  const dock = useDock()
  const compose = useCompose()
  const navigate = useNavigate()
  const commands: Record<MenuCommand, () => void> = {
    palette: () => actions.palette(''),
    'new-filter': () => document.querySelector<HTMLInputElement>('[data-filter]')?.focus(),
    compose: () => compose(),
    'toggle-theme': toggleColorScheme,
    'toggle-dock': () => dock.toggle(!dock.open),
    'local-log': actions.localLog,
    'keyboard-help': actions.help,
    notices: actions.notices,
  }
  const latest = useRef(commands)
  latest.current = commands
  useEffect(() => bridge?.on('menu', (command) => latest.current[command]()), [])
  const go = useRef(navigate)
  go.current = navigate
  useEffect(() => bridge?.on('place', (path) => void go.current(path)), [])
  const show = useRef(compose)
  show.current = compose
  useEffect(() => {
    const take = async (): Promise<void> => {
      const files = (await bridge?.takeOpenedFiles()) ?? []
      // Several at once are several documents of one text: they are applied in one go.
      if (files.length > 0) show.current(files.map(({ name, text }) => `# ${name}\n${text.trimEnd()}\n`).join('---\n'))
    }
    void take()
    return bridge?.on('openedFiles', () => void take())
  }, [])
}
