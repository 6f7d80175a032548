import { Button, Modal } from '@mantine/core'
import { createContext, use, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { local } from '../queries/contexts.ts'
import { useControlLoops } from '../queries/control-loops.ts'
import { type LocalCommand, useLocal, useLocalCommand } from '../queries/local.ts'

const LocalGuardContext = createContext<(command: LocalCommand) => void>(() => {})

/** Starts the local control plane at once, and asks before it is stopped or restarted: others may be using it. */
export const useLocalGuard = (): ((command: LocalCommand) => void) => use(LocalGuardContext)

export function LocalGuard({ children }: { children: React.ReactNode }) {
  const [asked, setAsked] = useState<'stop' | 'restart'>()
  const command = useLocalCommand()
  return (
    <LocalGuardContext value={(wish) => (wish === 'start' ? command.mutate(wish) : setAsked(wish))}>
      {children}
      {asked && (
        <Question
          command={asked}
          onClose={() => setAsked(undefined)}
          onConfirm={() => {
            setAsked(undefined)
            command.mutate(asked)
          }}
        />
      )}
    </LocalGuardContext>
  )
}

/** Names what stops. The key that chose the command must not answer the question too: Cancel has the focus. */
function Question({ command, onClose, onConfirm }: { command: 'stop' | 'restart'; onClose(): void; onConfirm(): void }) {
  const { t } = useTranslation()
  const { data } = useLocal()
  const loops = useControlLoops(local)
  const count = (key: string): number => loops?.stored.get(key) ?? 0
  return (
    <Modal opened onClose={onClose} title={t(`local.ask.${command}.title`)} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <p className="delete-where">
        {t('local.ask.where')} <strong>{local}</strong> {data?.url && <span className="mono dim">{data.url}</span>}
      </p>
      <ul className="loss-list">
        <li>{t('local.ask.clients')}</li>
        {loops && loops.running !== 'all' && loops.running.size > 0 && <li>{t('local.ask.loops', { count: loops.running.size })}</li>}
        {count('nodes') > 0 && (
          <li>{t('local.ask.nodes', { nodes: t('local.ask.nodeCount', { count: count('nodes') }), count: count('pods') })}</li>
        )}
        <li>{t('local.ask.stored')}</li>
      </ul>
      <p className="dim">{t(`local.ask.${command}.next`)}</p>
      <div className="delete-actions">
        <Button variant="default" onClick={onClose} data-autofocus>
          {t('common.cancel')}
        </Button>
        <Button color="red.9" onClick={onConfirm}>
          {t(`local.${command}`)}
        </Button>
      </div>
    </Modal>
  )
}
