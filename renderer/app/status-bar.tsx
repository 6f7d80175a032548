import { Menu } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import type { Tone } from '../kube/types.ts'
import { useDiscovery } from '../queries/discovery.ts'
import { local, useIsLocal } from '../queries/contexts.ts'
import { useNet } from '../queries/hub.ts'
import { type LocalState, useLocal } from '../queries/local.ts'
import { useAct } from '../tools/actions/act-context.ts'
import { remember, useLastDone } from '../tools/actions/journal.ts'
import { Age } from '../ui/age.tsx'
import { Icon, ToneWord } from '../ui/icon.tsx'
import { usePlace } from '../ui/place.ts'
import { useTasks } from '../ui/tasks.ts'
import { useLocalGuard } from './local-guard.tsx'
import { LocalLog } from './local-log.tsx'

const tones: Record<LocalState['state'], Tone> = { starting: 'busy', running: 'ok', stopped: 'muted', failed: 'bad' }

/** What runs underneath: the local control plane, the watches, the last change, the tasks. */
export function StatusBar({ logOpen, onLog }: { logOpen: boolean; onLog(open: boolean): void }) {
  const { t } = useTranslation()
  const net = useNet()
  const place = usePlace()
  const { data: kinds } = useDiscovery(place.context)
  const tasks = useTasks()
  const last = useLastDone()
  const act = useAct()
  const lastChange = useMemo(() => Math.floor(net.lastChange / 1000) * 1000, [net.lastChange])
  return (
    <footer className="status-bar">
      <LocalControl logOpen={logOpen} onLog={onLog} />
      <span className="bar-space" />
      {tasks.map((task) => (
        <span key={task.id} className="item" role="status">
          <ToneWord tone={task.failed > 0 ? 'warn' : 'busy'}>
            {t('status.task', { title: task.title, done: task.done, total: task.total })}
          </ToneWord>
        </span>
      ))}
      {last && (
        <span className="item last-done">
          <button type="button" className="icon-button" onClick={() => act(last.undo, last.target)}>
            <Icon name="undo" size={13} />
            {t('actions.takeBackThis', { title: last.title })}
          </button>
          <button
            type="button"
            className="icon-button"
            aria-label={t('common.close')}
            title={t('common.close')}
            onClick={() => remember(undefined)}
          >
            <Icon name="close" size={11} />
          </button>
        </span>
      )}
      {kinds && <span className="item">{t('status.kinds', { count: kinds.length })}</span>}
      <span className="item" data-testid="watches">
        {t('status.watches', { count: net.watches })}
      </span>
      {lastChange > 0 && (
        <span className="item">
          {t('status.lastChange')} <Age key={lastChange} at={lastChange} />
        </span>
      )}
    </footer>
  )
}

/** The newest revision of the local store that the watches have brought; '' while nothing of it is watched. */
function useRevision(): string {
  return useNet().revisions[local] ?? ''
}

function LocalControl({ logOpen, onLog }: { logOpen: boolean; onLog(open: boolean): void }) {
  const { t } = useTranslation()
  const { data, isError } = useLocal()
  const revision = useRevision()
  const command = useLocalGuard()
  // Beside another cluster's rows these figures would be taken for that cluster's.
  const onScreen = useIsLocal(usePlace().context)
  // What was last heard says nothing about now.
  if (!data || isError)
    return (
      <span className="item">
        <ToneWord tone="muted">{t('local.unknown')}</ToneWord>
      </span>
    )
  const running = data.state === 'running' || data.state === 'starting'
  return (
    <>
      <Menu position="top-start">
        <Menu.Target>
          <button type="button" className="icon-button" title={data.message || data.url}>
            <ToneWord tone={tones[data.state]}>{`${t('local.name')} ${t(`local.${data.state}`)}`}</ToneWord>
          </button>
        </Menu.Target>
        <Menu.Dropdown>
          {data.url && <Menu.Label>{data.url}</Menu.Label>}
          {!running && (
            <Menu.Item leftSection={<Icon name="play" size={14} />} onClick={() => command('start')}>
              {t('local.start')}
            </Menu.Item>
          )}
          {running && (
            <Menu.Item leftSection={<Icon name="restart" size={14} />} onClick={() => command('restart')}>
              {t('local.restart')}
            </Menu.Item>
          )}
          {running && (
            <Menu.Item leftSection={<Icon name="stop" size={14} />} onClick={() => command('stop')}>
              {t('local.stop')}
            </Menu.Item>
          )}
          <Menu.Item leftSection={<Icon name="dock" size={14} />} onClick={() => onLog(true)}>
            {t('local.log')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {!running && (
        <button type="button" className="icon-button action" onClick={() => command('start')}>
          <Icon name="play" size={14} />
          {t('local.start')}
        </button>
      )}
      {onScreen && <span className="item">{t(`local.store.${data.store}`)}</span>}
      {onScreen && data.state === 'running' && revision && <span className="item">{t('local.revision', { revision })}</span>}
      {onScreen && data.state === 'running' && data.startedAt > 0 && (
        <span className="item">
          {t('local.up')} <Age key={data.startedAt} at={data.startedAt} />
        </span>
      )}
      {onScreen && data.restarts > 0 && <span className="item">{t('local.restarts', { count: data.restarts })}</span>}
      {data.state === 'failed' && data.message && <span className="item tone-bad ellipsis">{data.message}</span>}
      <LocalLog opened={logOpen} onClose={() => onLog(false)} />
    </>
  )
}
