/* Functions that run inside the page: each is sent as its text, so none may use anything outside itself but the page. */

declare global {
  interface Window {
    /** Milliseconds from navigation to the frame with the first row. */
    firstRows: number
  }
}

/** Notes when the first row is in the document, as `firstRows` (ms since navigation, the frame that paints it included). */
export function markFirstRows(): void {
  const look = new MutationObserver(() => {
    if (!document.querySelector('.list-row')) return
    look.disconnect()
    requestAnimationFrame(() => setTimeout(() => (window.firstRows = performance.now())))
  })
  look.observe(document, { childList: true, subtree: true })
}

/** For each text: milliseconds from the key to the frame that shows the new count, when it is typed and when it is cleared. */
export async function timeFilters(texts: string[]): Promise<number[][]> {
  const input = document.querySelector('[data-filter]')
  const write = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set
  const counts = (): string => document.querySelector('[data-testid=counts]')?.textContent ?? ''
  const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
  const type = async (text: string): Promise<number> => {
    const before = counts()
    const from = performance.now()
    write?.call(input, text)
    input?.dispatchEvent(new Event('input', { bubbles: true }))
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`"${text}" changed nothing; the list says ${counts()}`)), 10_000)
      const look = new MutationObserver(() => {
        if (counts() === before) return
        clearTimeout(limit)
        look.disconnect()
        requestAnimationFrame(() => resolve(performance.now() - from))
      })
      look.observe(document, { childList: true, subtree: true, characterData: true })
    })
  }
  const times: number[][] = []
  for (const text of texts) {
    const typed = await type(text)
    await rest(400)
    const cleared = await type('')
    await rest(400)
    times.push([typed, cleared])
  }
  return times
}

export interface Frames {
  fps: number
  frames: number
  p50: number
  p95: number
  p99: number
  max: number
  /** Frames that took more than one and a half of 1/60 s. */
  late: number
  /** Frames, of a quarter of them all, in which no row was in the middle of the list. */
  blank: number
}

/** Scrolls the list by `step` px a frame for `ms`, and tells how long the frames took. */
export function timeScroll({ ms, step }: { ms: number; step: number }): Promise<Frames> {
  const list = document.querySelector('.list')
  if (!list) throw new Error('there is no list')
  return new Promise((resolve) => {
    const took: number[] = []
    const box = list.getBoundingClientRect()
    const middle = { x: box.left + box.width / 2, y: box.top + box.height / 2 }
    let blank = 0
    let last = 0
    let first = 0
    const frame = (now: number): void => {
      if (last > 0) took.push(now - last)
      else first = now
      last = now
      list.scrollTop += step
      if (list.scrollTop > list.scrollHeight - 3000) list.scrollTop = 0
      // Looking costs a hit test, so not in each frame.
      if (took.length % 4 === 0 && !document.elementFromPoint(middle.x, middle.y)?.closest('.list-row')) blank++
      if (now - first < ms) {
        requestAnimationFrame(frame)
        return
      }
      took.sort((a, b) => a - b)
      const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0
      const late = took.filter((t) => t > 25).length
      resolve({
        fps: (took.length * 1000) / (last - first),
        frames: took.length,
        p50: at(0.5),
        p95: at(0.95),
        p99: at(0.99),
        max: at(1),
        late,
        blank,
      })
    }
    requestAnimationFrame(frame)
  })
}
