import { Modal } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { actions } from '../resources/actions.ts'
import { Facts } from '../ui/facts.tsx'

const keys: [keys: string[], meaning: string][] = [
  [['Ctrl', 'K'], 'palette'],
  [[':'], 'jump'],
  [['/'], 'filter'],
  [['j', 'k', '↓', '↑'], 'move'],
  [['g', 'G'], 'ends'],
  [['Enter'], 'open'],
  [['Space', 'x'], 'select'],
  [['Shift', 'Space'], 'range'],
  [['Ctrl', 'A'], 'all'],
  [['m'], 'menu'],
  [['Esc'], 'close'],
  [['?'], 'help'],
]

/** One key may stand for two actions that take turns. */
const actionKeys = [...Map.groupBy(actions, ({ key }) => key)].flatMap(([key, of]) => (key ? [[key, of.map(({ id }) => id)] as const] : []))

const examples = [
  'nginx',
  '-kube-system',
  'status:crash',
  'ns:shop,quay',
  'label=app=web,tier!=db',
  'label="app in (web, api)"',
  'field=spec.nodeName=worker-1',
  'cluster:prod',
]

/** What the keyboard and the filter understand. */
export function Help({ opened, onClose, onNotices }: { opened: boolean; onClose(): void; onNotices(): void }) {
  const { t } = useTranslation()
  return (
    <Modal opened={opened} onClose={onClose} title={t('help.title')} closeButtonProps={{ 'aria-label': t('common.close') }} size="lg">
      <Facts
        rows={keys.map(([names, meaning]) => [names.join(' '), t(`help.keys.${meaning}`)])}
        label={(text) => text.split(' ').map((name) => <kbd key={name}>{name}</kbd>)}
      />
      <h3>{t('help.actionTitle')}</h3>
      <Facts
        rows={actionKeys.map(([key, ids]) => [key, ids.map((id) => t(`actions.${id}.name`)).join(' / ')])}
        label={(text) => <kbd>{text}</kbd>}
      />
      <h3>{t('help.filterTitle')}</h3>
      <div className="filter-examples">
        <Facts rows={examples.map((example, index) => [example, t(`help.filters.${index}`)])} label={(text) => <code>{text}</code>} />
      </div>
      <button
        type="button"
        className="icon-button"
        onClick={() => {
          onClose()
          onNotices()
        }}
      >
        {t('help.notices')}
      </button>
    </Modal>
  )
}
