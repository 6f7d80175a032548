import { useTranslation } from 'react-i18next'
import { Logs } from '../tools/logs/logs.tsx'
import { useDock } from '../tools/dock/dock-context.ts'
import { Icon } from '../ui/icon.tsx'
import { Splitter } from '../ui/splitter.tsx'
import { useStored } from '../ui/storage.ts'
import './dock.css'

/** Tabs that stay while the place above changes. */
export function Dock() {
  const { t } = useTranslation()
  const dock = useDock()
  const [height, setHeight] = useStored('dock.height', 260)
  if (dock.tabs.length === 0) return null
  const most = Math.max(160, window.innerHeight - 260)
  // By the ARIA pattern: arrows move, Delete closes, one stop in the tab order.
  const onTabKey = (event: React.KeyboardEvent<HTMLElement>): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    const at = dock.tabs.findIndex((tab) => tab.id === dock.active)
    const next = dock.tabs[(at + step + dock.tabs.length) % dock.tabs.length]
    if (event.key === 'Delete') dock.remove(dock.active)
    else if (step !== 0 && next) {
      dock.activate(next.id)
      event.currentTarget.querySelectorAll<HTMLElement>('[role=tab]')[dock.tabs.indexOf(next)]?.focus()
    } else return
    event.preventDefault()
  }
  return (
    <section className="dock" aria-label={t('dock.label')}>
      {dock.open && <Splitter label={t('dock.resize')} axis="y" value={Math.min(height, most)} min={120} max={most} onChange={setHeight} />}
      <div className="dock-tabs">
        <div role="tablist" aria-label={t('dock.label')} className="dock-tablist" onKeyDown={onTabKey}>
          {dock.tabs.map((tab) => (
            <span key={tab.id} className={`dock-tab${tab.id === dock.active && dock.open ? ' active' : ''}`} role="presentation">
              <button
                type="button"
                role="tab"
                aria-selected={tab.id === dock.active && dock.open}
                onClick={() => dock.activate(tab.id)}
                tabIndex={tab.id === dock.active ? 0 : -1}
                title={tab.target.context}
              >
                {tab.title}
              </button>
            </span>
          ))}
        </div>
        <span className="bar-space" />
        <button
          type="button"
          className="icon-button"
          onClick={() => dock.remove(dock.active)}
          aria-label={t('dock.close')}
          title={t('dock.close')}
        >
          <Icon name="close" size={13} />
        </button>
        <button
          type="button"
          className="icon-button"
          onClick={() => dock.toggle(!dock.open)}
          aria-label={t(dock.open ? 'dock.hide' : 'dock.show')}
          title={t(dock.open ? 'dock.hide' : 'dock.show')}
        >
          <Icon name={dock.open ? 'down' : 'up'} size={13} />
        </button>
      </div>
      {dock.open && (
        <div style={{ height: Math.min(height, most) }}>
          {dock.tabs.map((tab) => (
            <div key={tab.id} role="tabpanel" aria-label={tab.title} hidden={tab.id !== dock.active} className="dock-panel">
              <Logs target={tab.target} />
            </div>
          ))}
        </div>
      )}
    </section>
  )
}
