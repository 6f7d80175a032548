const key = 'binnacle.compose'
/** A browser keeps some five million characters for all pages of an origin. */
const mostStored = 1_000_000

let kept: string | undefined

/** What was left in the editor: it outlives the dialog, and a reload unless there is a Secret in it, whose values are written down nowhere. */
export function keptText(): string {
  try {
    kept ??= sessionStorage.getItem(key) ?? ''
  } catch {
    kept ??= ''
  }
  return kept
}

export function keepText(text: string): void {
  kept = text
  try {
    if (text === '' || text.length > mostStored || /^\s*kind:\s*["']?Secret\b/m.test(text)) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, text)
  } catch {
    // Then it outlives the dialog only.
  }
}
