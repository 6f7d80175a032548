import { Modal } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useLocal } from '../queries/local.ts'
import { CopyButton } from '../ui/copy-button.tsx'

/** The last lines that the local control plane has written. */
export function LocalLog({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const { t } = useTranslation()
  const { data } = useLocal()
  const text = (data?.log ?? []).map((line) => `${line.time} ${line.level} ${line.message}`).join('\n')
  return (
    <Modal opened={opened} onClose={onClose} title={t('local.log')} size="xl" closeButtonProps={{ 'aria-label': t('common.close') }}>
      <CopyButton text={text} label={t('common.copy')} />
      <pre className="mono plain-text" tabIndex={0}>
        {text || t('common.nothing')}
      </pre>
    </Modal>
  )
}
