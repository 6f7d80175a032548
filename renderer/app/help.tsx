import { Modal } from '@mantine/core'
import { useTranslation } from 'react-i18next'

const keys: [keys: string[], meaning: string][] = [
  [['Ctrl', 'K'], 'palette'],
  [[':'], 'jump'],
  [['/'], 'filter'],
  [['j', 'k', '↓', '↑'], 'move'],
  [['g', 'G'], 'ends'],
  [['Enter'], 'open'],
  [['Space', 'x'], 'select'],
  [['Shift', 'Space'], 'range'],
  [['Esc'], 'close'],
  [['?'], 'help']
]

/** What the keyboard and the filter understand. */
export function Help({ opened, onClose }: { opened: boolean; onClose(): void }) {
  const { t } = useTranslation()
  return (
    <Modal opened={opened} onClose={onClose} title={t('help.title')} closeButtonProps={{ 'aria-label': t('common.close') }} size="lg">
      <dl className="facts">
        {keys.map(([names, meaning]) => (
          <div key={meaning}>
            <dt>
              {names.map((name) => (
                <kbd key={name}>{name}</kbd>
              ))}
            </dt>
            <dd>{t(`help.keys.${meaning}`)}</dd>
          </div>
        ))}
      </dl>
      <h3>{t('help.filterTitle')}</h3>
      <dl className="facts">
        {['nginx', '-kube-system', 'status:crash', 'label=app=web,tier!=db', 'label="app in (web, api)"', 'field=spec.nodeName=worker-1'].map((example, index) => (
          <div key={example}>
            <dt>
              <code>{example}</code>
            </dt>
            <dd>{t(`help.filters.${index}`)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  )
}
