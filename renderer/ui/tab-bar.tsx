import './tab-bar.css'

/** Tabs by the ARIA pattern: arrows move, one stop in the tab order. */
export function TabBar<T extends string>({
  label,
  tabs,
  active,
  onPick,
}: {
  label: string
  tabs: { id: T; label: string }[]
  active: T
  onPick(id: T): void
}) {
  const onKeyDown = (event: React.KeyboardEvent<HTMLElement>): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
    if (step === 0) return
    event.preventDefault()
    // From the tab that has the focus: the active one follows the URL, which a quick hand is ahead of.
    const at = tabs.findIndex((tab) => `tab-${tab.id}` === (event.target as HTMLElement).id)
    const next = tabs[(at + step + tabs.length) % tabs.length]
    if (!next) return
    onPick(next.id)
    event.currentTarget.querySelector<HTMLElement>(`#tab-${next.id}`)?.focus()
  }
  return (
    <div className="tab-bar" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
      {tabs.map((tab) => (
        <button
          key={tab.id}
          id={`tab-${tab.id}`}
          type="button"
          role="tab"
          aria-selected={tab.id === active}
          aria-controls={tab.id === active ? `panel-${tab.id}` : undefined}
          tabIndex={tab.id === active ? 0 : -1}
          onClick={() => onPick(tab.id)}
        >
          {tab.label}
        </button>
      ))}
    </div>
  )
}
