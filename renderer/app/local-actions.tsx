import { useTranslation } from 'react-i18next'
import { useLocal, useLocalCommand } from '../queries/local.ts'
import { Icon } from '../ui/icon.tsx'

/** Beside "the local control plane is stopped": the way to have it running, and why it is not. */
export function LocalActions({ onLog }: { onLog(): void }) {
  const { t } = useTranslation()
  const { data } = useLocal()
  const command = useLocalCommand()
  const starting = command.isPending || data?.state === 'starting'
  return (
    <>
      <button type="button" className="icon-button action" disabled={starting} onClick={() => command.mutate('start')}>
        <Icon name="play" size={14} />
        {starting ? t('local.starting') : t('local.start')}
      </button>
      <button type="button" className="icon-button" onClick={onLog}>
        {t('local.log')}
      </button>
    </>
  )
}
