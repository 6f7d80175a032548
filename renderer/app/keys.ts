import { useEffect, useRef } from 'react'
import { actions as tableOfActions } from '../resources/actions.ts'
import { useGo, usePlace } from '../ui/place.ts'

/** The keys of the whole window. A list's own keys are in ui/data-list.tsx; the table of both is shown by `?`. */
export function useKeys(actions: { palette(text: string): void; help(): void; act(key: string, inList: boolean): void }): void {
  const go = useGo()
  const place = usePlace()
  const latest = useRef({ actions, go, place })
  latest.current = { actions, go, place }
  useEffect(() => {
    // Before anybody else hears the key: a dialog that it closes was still there, and the key was for it.
    let covered = false
    const look = (): void => {
      covered = overlayOpen()
    }
    const onKey = (event: KeyboardEvent): void => {
      const { actions: act, go: move, place: here } = latest.current
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        return covered ? undefined : act.palette('')
      }
      // In an open object's details there may be a text that is to be selected.
      if ((event.ctrlKey || event.metaKey) && event.key === 'a' && event.target === document.body && !here.object && !covered)
        return toList(event)
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isEditing(event.target) || covered) return
      if (event.key === '/') focusFilter(event)
      else if (event.key === ':') stop(event, () => act.palette(':'))
      else if (event.key === '?') stop(event, () => act.help())
      else if (event.key === 'Escape' && here.object) move({ object: undefined, tab: '' })
      else if (listKeys.has(event.key) && onNothing(event.target)) toList(event)
      else if (actionKeys.has(event.key)) stop(event, () => act.act(event.key, !onNothing(event.target)))
    }
    addEventListener('keydown', look, { capture: true })
    addEventListener('keydown', onKey)
    return () => {
      removeEventListener('keydown', look, { capture: true })
      removeEventListener('keydown', onKey)
    }
  }, [])
}

const listKeys = new Set(['j', 'k', 'g', 'G', 'x', 'm'])
const actionKeys = new Set(tableOfActions.flatMap(({ key }) => key ?? []))

function stop(event: KeyboardEvent, run: () => void): void {
  event.preventDefault()
  run()
}

const isEditing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName) || isTextInput(target))

const isTextInput = (target: HTMLElement): boolean => target instanceof HTMLInputElement && !/^(checkbox|radio|button)$/.test(target.type)

const overlayOpen = (): boolean => document.querySelector('[role=dialog][aria-modal=true], [role=menu]') !== null

const onNothing = (target: EventTarget | null): boolean => !(target instanceof Element) || target.closest('[role=grid]') === null

function focusFilter(event: KeyboardEvent): void {
  const input = document.querySelector<HTMLInputElement>('[data-filter]')
  if (!input) return
  event.preventDefault()
  input.focus()
  input.select()
}

/** A list key pressed elsewhere goes to the list. */
function toList(event: KeyboardEvent): void {
  const grid = document.querySelector<HTMLElement>('[role=grid]')
  if (!grid) return
  const { key, ctrlKey, metaKey } = event
  event.preventDefault()
  grid.focus()
  grid.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey, metaKey, bubbles: true }))
}
