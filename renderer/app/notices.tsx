import { Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { request } from '../kube/fetch.ts'
import { ErrorView } from '../ui/error-view.tsx'

/** The licences of everything that others made and that is a part of this program; the build writes them (tools/notices.ts). */
export function Notices({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const { t } = useTranslation()
  const { data, error } = useQuery({
    queryKey: ['notices'],
    queryFn: async () => (await request('/third-party-notices.txt')).text(),
    enabled: opened,
    staleTime: Infinity,
  })
  return (
    <Modal opened={opened} onClose={onClose} title={t('help.notices')} size="xl" closeButtonProps={{ 'aria-label': t('common.close') }}>
      {error ? (
        <ErrorView error={error} />
      ) : (
        <pre className="mono plain-text" tabIndex={0}>
          {data ?? t('common.loading')}
        </pre>
      )}
    </Modal>
  )
}
