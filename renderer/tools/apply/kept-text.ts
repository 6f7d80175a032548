const key = 'binnacle.compose'
/** A browser keeps some five million characters for all pages of an origin. */
const mostStored = 1_000_000
/** A long text is written out when the typing has rested for this long, ms, or the page goes: each time costs tens of them. */
const storeMs = 500
const longText = 100_000

let kept: string | undefined
let due: ReturnType<typeof setTimeout> | undefined

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
  clearTimeout(due)
  due = text.length > longText && text.length <= mostStored ? setTimeout(store, storeMs) : undefined
  if (due === undefined) store()
}

/** As YAML or JSON has it, of one or a list of them, in whatever line: rather once too often than a password in the browser's storage. */
const namesSecrets = /\bkind["']?[ \t]*:[ \t]*(?:!!str[ \t]+)?["']?Secret(?:List)?\b/

function store(): void {
  clearTimeout(due)
  due = undefined
  const text = kept ?? ''
  try {
    if (text === '' || text.length > mostStored || namesSecrets.test(text)) sessionStorage.removeItem(key)
    else sessionStorage.setItem(key, text)
  } catch {
    // Then it outlives the dialog only.
  }
}

globalThis.addEventListener?.('pagehide', () => {
  if (due !== undefined) store()
})
