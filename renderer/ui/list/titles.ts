import { bothTimes } from '../time.ts'

/** What a cell says in full, made when the pointer comes to it: a title for each cell of each scrolled row is work for nobody. */
export function showTitle(event: React.PointerEvent): void {
  const cell = cellOf(event.target)
  if (!cell) return
  const since = cell.querySelector<HTMLElement>('time[data-since]')?.dataset.since
  if (since !== undefined) cell.title = bothTimes(Number(since))
  else if (cell.classList.contains('cut') && (cell.classList.contains('middle') || cell.scrollWidth > cell.clientWidth))
    cell.title = cell.textContent
}

/** The cell will show another object's text. */
export function hideTitle(event: React.PointerEvent): void {
  cellOf(event.target)?.removeAttribute('title')
}

const cellOf = (target: EventTarget | null): HTMLElement | null =>
  target instanceof Element ? target.closest<HTMLElement>('.list-td') : null
