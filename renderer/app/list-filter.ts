import { useEffect, useRef, useState } from 'react'
import { useGo, usePlace } from '../ui/place.ts'

const urlDelay = 250

/** The filter in force. What is typed counts at once; the URL follows when the typing rests, and a URL from elsewhere replaces it. */
export function useFilter(): [string, (filter: string) => void] {
  const place = usePlace()
  const go = useGo()
  const [filter, setFilter] = useState(place.filter)
  // What was written to the URL and has not come back yet: the router may take its time, and typing goes on meanwhile.
  const underWay = useRef<string[]>([])
  const inUrl = useRef(place.filter)
  useEffect(() => {
    if (place.filter === inUrl.current) return
    inUrl.current = place.filter
    const own = underWay.current.indexOf(place.filter)
    if (own >= 0) underWay.current.splice(0, own + 1)
    else {
      underWay.current = []
      setFilter(place.filter)
    }
  }, [place.filter])
  useEffect(() => {
    if (filter === (underWay.current.at(-1) ?? inUrl.current)) return undefined
    const timer = setTimeout(() => {
      underWay.current.push(filter)
      go({ filter }, { replace: true })
    }, urlDelay)
    return () => clearTimeout(timer)
  }, [filter, go])
  return [filter, setFilter]
}
