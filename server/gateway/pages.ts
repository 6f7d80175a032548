import { noSession, type Refusal } from './guard.ts'

/** Where the page keeps its key in localStorage; renderer/kube/session-key.ts reads it there. */
export const KEY_ITEM = 'binnacle.key'

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c)

const style = `
:root { color-scheme: light dark; --back: #f6f8fa; --card: #fff; --text: #1b2733; --dim: #51606f; --line: #d5dde5; --mark: #0b7a75 }
@media (prefers-color-scheme: dark) { :root { --back: #10171e; --card: #18212b; --text: #e4ebf1; --dim: #9fb0c0; --line: #2c3946; --mark: #5cc9bc } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--back); color: var(--text); font: 15px/1.6 system-ui, sans-serif }
main { max-width: 34rem; margin: 1.5rem; padding: 1.75rem 2rem; background: var(--card); border: 1px solid var(--line); border-top: 3px solid var(--mark); border-radius: 8px }
h1 { margin: 0 0 .5rem; font-size: 1.15rem } p { margin: .5rem 0; color: var(--dim) } p:first-of-type { color: var(--text) }
code { padding: .1rem .4rem; border: 1px solid var(--line); border-radius: 4px; font: 13px ui-monospace, monospace; color: var(--text) }
`

function page(title: string, paragraphs: readonly string[], script: string, nonce: string): Buffer {
  return Buffer.from(
    `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Binnacle</title>
<style>${style}</style>
<main><h1>${title}</h1>
${paragraphs.map((p) => `<p>${p}</p>`).join('\n')}
</main>${script === '' ? '' : `\n<script nonce="${nonce}">${script}</script>`}
</html>
`,
  )
}

const signIn = [
  'The address of this page is still good, and so is what it remembers: only the sign-in of a launch ends with it.',
  'Run <code>npm start</code> (or open the Binnacle application) again. A Binnacle that runs already opens its window anew, and this page goes on by itself.',
]

/** A refusal as a page of its own. The one without a session goes on as soon as another tab of this browser has one. */
export function refusalPage({ sentence }: Refusal, nonce: string): Buffer {
  if (sentence !== noSession && sentence !== usedAddress) return page('Binnacle', [escaped(sentence)], '', nonce)
  const again = `addEventListener('storage', (e) => { if (e.key === '${KEY_ITEM}') location.replace(location.pathname === '/' ? '/' : location.href) })`
  return page('This page is not signed in', [escaped(sentence), ...signIn], again, nonce)
}

export const usedAddress = 'This address was used before, or is older than five minutes.'

/**
 * The window's own page, with its key, which no request to another port can carry: the script runs before the modules of the page, and the
 * used address is gone from the history. `key` is base64url.
 */
export function entrancePage(window: string, key: string, nonce: string): Buffer {
  const script = `try { localStorage.setItem('${KEY_ITEM}', '${key}'); history.replaceState(null, '', '/') }
catch (e) { document.body.textContent = 'This browser keeps nothing for this address (' + e.message + '): allow it to store data for 127.0.0.1, and start Binnacle again.' }`
  return Buffer.from(`${window}<script nonce="${nonce}">${script}</script>\n`)
}
