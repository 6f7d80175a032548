import { Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { useLocal } from '../queries/local.ts'
import { bridge } from '../ui/bridge.ts'
import { CopyButton } from '../ui/copy-button.tsx'

/** The last lines of the local control plane; in the desktop those of the whole host program, which outlive it. */
export function LocalLog({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const { t } = useTranslation()
  const { data: local } = useLocal()
  const { data: host } = useQuery({
    queryKey: ['host-log'],
    queryFn: async () => (await bridge?.hostLog()) ?? null,
    enabled: opened && bridge !== undefined,
    refetchInterval: 2_000,
  })
  const lines = host
    ? host.map((line) => `${new Date(line.time).toISOString()} ${line.text}`)
    : (local?.log ?? []).map((line) => `${line.time} ${line.level} ${line.message}`)
  return (
    <Modal opened={opened} onClose={onClose} title={t('local.log')} size="xl" closeButtonProps={{ 'aria-label': t('common.close') }}>
      <CopyButton text={() => lines.join('\n')} label={t('common.copy')} />
      <pre className="mono plain-text" tabIndex={0}>
        {lines.join('\n') || t('local.noLog')}
      </pre>
    </Modal>
  )
}
