import { createRoot } from 'react-dom/client'
import '@mantine/core/styles.css'
import '../ui/tokens.css'
import '../ui/mantine.css'
import { App } from './app.tsx'
import { setUpLanguages } from './i18n/setup.ts'
import { FeedHub } from '../kube/hub.ts'
import { tickAges } from '../ui/age.tsx'
import { keepFocus } from '../ui/focus-keeper.ts'

const worker = new Worker(new URL('./feed-worker.ts', import.meta.url), { type: 'module', name: 'feeds' })
const hub = new FeedHub(worker)
// The network is back, or the machine woke up: no feed should sit out its wait.
addEventListener('online', () => hub.kick())
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && hub.kick())

await setUpLanguages()
tickAges(document)
keepFocus(document)
const root = document.getElementById('root')
if (root) createRoot(root).render(<App hub={hub} />)
