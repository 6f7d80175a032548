import { useMantineColorScheme } from '@mantine/core'
import { useEffect, useRef } from 'react'
import type { MenuCommand } from '../../electron/ipc/contract.ts'
import { useDock } from '../tools/dock/dock-context.ts'
import { bridge } from '../ui/bridge.ts'

/** Does what the desktop's menus ask of the window. */
export function useMenu(actions: { palette(text: string): void; help(): void; localLog(): void; notices(): void }): void {
  const { toggleColorScheme } = useMantineColorScheme()
  const dock = useDock()
  const commands: Record<MenuCommand, () => void> = {
    palette: () => actions.palette(''),
    'new-filter': () => document.querySelector<HTMLInputElement>('[data-filter]')?.focus(),
    'toggle-theme': toggleColorScheme,
    'toggle-dock': () => dock.toggle(!dock.open),
    'local-log': actions.localLog,
    'keyboard-help': actions.help,
    notices: actions.notices,
  }
  const latest = useRef(commands)
  latest.current = commands
  useEffect(() => bridge?.on('menu', (command) => latest.current[command]()), [])
}
