import { shortDuration } from '../kube/age.ts'
import { bothTimes, localTime, utcTime } from './time.ts'

/** Relative time. React renders it once; one timer for the page rewrites the text of whatever is on screen. */
export function Age({ at }: { at: number | null }) {
  if (at === null) return null
  return (
    <time className="age" data-since={at} dateTime={new Date(at).toISOString()} title={bothTimes(at)}>
      {shortDuration(Date.now() - at)}
    </time>
  )
}

/** A moment as it is here; the pointer is told what it is in UTC. Takes the API's text, or ms. */
export function Moment({ at }: { at: string | number | undefined }) {
  const ms = typeof at === 'number' ? at : Date.parse(at ?? '')
  if (Number.isNaN(ms)) return null
  return (
    <time dateTime={new Date(ms).toISOString()} title={utcTime(ms)}>
      {localTime(ms)}
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
