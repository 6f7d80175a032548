/** How many earlier places of the focus are remembered. */
const remembered = 16
/** No event tells that the focused element has gone, so it is looked for this often, ms. */
const every = 120

/**
 * Keeps the keyboard's place: when the focused element is removed, hidden or disabled, the focus goes to the last place that is still
 * there, else to the list, else to the main area. A click on nothing still takes the focus away, as everywhere. Returns what stops it.
 */
export function keepFocus(root: Document): () => void {
  const trail: HTMLElement[] = []
  const onFocus = (event: FocusEvent): void => {
    if (!(event.target instanceof HTMLElement)) return
    const known = trail.indexOf(event.target)
    if (known >= 0) trail.splice(known, 1)
    trail.push(event.target)
    if (trail.length > remembered) trail.shift()
  }
  // Left on purpose, by Escape or a click on nothing, and still there: that is no place to come back to.
  const onBlur = (event: FocusEvent): void => {
    const { target } = event
    if (event.relatedTarget !== null || !(target instanceof HTMLElement)) return
    queueMicrotask(() => {
      const known = trail.indexOf(target)
      if (known >= 0 && root.activeElement === root.body && usable(target)) trail.splice(known, 1)
    })
  }
  const look = (): void => {
    const last = trail.at(-1)
    if (root.activeElement !== root.body || !last || usable(last)) return
    while (trail.length > 0 && !usable(trail.at(-1))) trail.pop()
    // A dialog that is open keeps the focus to itself.
    const dialog = root.querySelector<HTMLElement>('[role=dialog][aria-modal=true]')
    const inside = dialog?.querySelector<HTMLElement>('button:not(:disabled), input, [tabindex="0"]')
    const target = dialog ? (trail.findLast((each) => dialog.contains(each)) ?? inside) : (trail.at(-1) ?? start(root))
    target?.focus({ preventScroll: true })
  }
  root.addEventListener('focusin', onFocus)
  root.addEventListener('focusout', onBlur)
  const timer = setInterval(look, every)
  return () => {
    clearInterval(timer)
    root.removeEventListener('focusin', onFocus)
    root.removeEventListener('focusout', onBlur)
  }
}

const usable = (element: HTMLElement | undefined): boolean =>
  element !== undefined && element.isConnected && !element.matches(':disabled') && element.checkVisibility({ visibilityProperty: true })

/** In a narrow window the details cover the list. */
const start = (root: Document): HTMLElement | undefined =>
  ['main [role=grid]', '.details-body', 'main'].map((part) => root.querySelector<HTMLElement>(part) ?? undefined).find(usable)
