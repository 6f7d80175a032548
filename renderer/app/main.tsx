import { asked, key, worker } from './early.ts'
import { createRoot } from 'react-dom/client'
import '@mantine/core/styles.css'
import '../ui/tokens.css'
import '../ui/mantine.css'
import { App, client } from './app.tsx'
import { setUpLanguages } from './i18n/setup.ts'
import { FeedHub } from '../kube/hub.ts'
import { KEY_ITEM } from '../kube/session-key.ts'
import { contextsQuery } from '../queries/contexts.ts'
import { discoveryQuery } from '../queries/discovery.ts'
import { localQuery } from '../queries/local.ts'
import { parsePlace } from '../ui/place.ts'
import { startUrl } from './start-url.ts'
import { tickAges } from '../ui/age.tsx'
import { keepFocus } from '../ui/focus-keeper.ts'
import { warmParts } from '../ui/part.tsx'

const hub = new FeedHub(worker)
// Binnacle was started again and another tab has its key: here nothing but a new page has a session.
addEventListener('storage', (event) => event.key === KEY_ITEM && event.newValue !== key && location.reload())
// The network is back, or the machine woke up: no feed should sit out its wait.
addEventListener('online', () => hub.kick())
document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && hub.kick())

/** Longest time, ms, that the first picture waits for the list of contexts: with it, it is the right place at once. */
const contextsWait = 100

/** After the first answer of a cluster, ms: what the first view asks for goes first. */
const warmAfter = 300

/** Longest time, ms, that such an answer is waited for. */
const answerWait = 3_000

const contexts = client.prefetchQuery({ ...contextsQuery, queryFn: () => asked.contexts }).then(enter)
void client.prefetchQuery({ ...localQuery, queryFn: () => asked.local })
await Promise.all([setUpLanguages(), Promise.race([contexts, after(contextsWait)])])
tickAges(document)
keepFocus(document)
const root = document.getElementById('root')
if (root) createRoot(root).render(<App hub={hub} />)
void warm()

/** The address that names no place becomes the first place before anything is drawn, and its cluster is asked for its kinds. */
function enter(): void {
  const start = startUrl(client.getQueryData(contextsQuery.queryKey)?.contexts ?? [])
  if (location.pathname === '/' && start !== undefined) history.replaceState(null, '', start)
  const place = parsePlace(location.pathname, location.search)
  if (place) void client.prefetchQuery(discoveryQuery(place.context))
}

async function warm(): Promise<void> {
  await Promise.race([hub.answered, after(answerWait)])
  await after(warmAfter)
  // What is fetched from here on is no part of the first load.
  performance.mark('warm')
  warmParts((work) => void requestIdleCallback(work))
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
