import { createRoot } from 'react-dom/client'
import '@mantine/core/styles.css'
import '../ui/tokens.css'
import '../ui/mantine.css'
import { App } from './app.tsx'
import { setUpLanguages } from './i18n/setup.ts'
import { FeedHub } from '../kube/hub.ts'
import { holdKey, KEY_ITEM, type SessionMessage } from '../kube/session-key.ts'
import { tickAges } from '../ui/age.tsx'
import { keepFocus } from '../ui/focus-keeper.ts'

const worker = new Worker(new URL('./feed-worker.ts', import.meta.url), { type: 'module', name: 'feeds' })
const key = keptKey()
holdKey(key)
worker.postMessage({ op: 'session', key } satisfies SessionMessage)
const hub = new FeedHub(worker)
// Binnacle was started again and another tab has its key: here nothing but a new page has a session.
addEventListener('storage', (event) => event.key === KEY_ITEM && event.newValue !== key && location.reload())
// The network is back, or the machine woke up: no feed should sit out its wait.
addEventListener('online', () => hub.kick())
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && hub.kick())

await setUpLanguages()
tickAges(document)
keepFocus(document)
const root = document.getElementById('root')
if (root) createRoot(root).render(<App hub={hub} />)

/** Empty in a browser that keeps nothing for this page. */
function keptKey(): string {
  try {
    return localStorage.getItem(KEY_ITEM) ?? ''
  } catch {
    return ''
  }
}
