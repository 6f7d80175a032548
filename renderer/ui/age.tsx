import { shortDuration } from '../kube/age.ts'

/** Relative time. React renders it once; one timer for the page rewrites the text of whatever is on screen. */
export function Age({ at }: { at: number | null }) {
  if (at === null) return null
  return (
    <time className="age" data-since={at} dateTime={new Date(at).toISOString()} title={new Date(at).toLocaleString()}>
      {shortDuration(Date.now() - at)}
    </time>
  )
}

/** Starts the page's one timer; returns what stops it. */
export function tickAges(root: Document): () => void {
  const tick = (): void => {
    const now = Date.now()
    for (const element of root.querySelectorAll<HTMLElement>('time[data-since]')) {
      const text = shortDuration(now - Number(element.dataset.since))
      const node = element.firstChild
      // The text node itself is React's: its data may change, its identity may not.
      if (node && node.nodeValue !== text) node.nodeValue = text
    }
  }
  const timer = setInterval(tick, 1000)
  return () => clearInterval(timer)
}
