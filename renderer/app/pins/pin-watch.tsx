import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useResource, wellKnown } from '../../queries/discovery.ts'
import { useObject } from '../../queries/hub.ts'
import { bridge } from '../../ui/bridge.ts'
import { placeUrl } from '../../ui/place.ts'
import { useStatusWord } from '../status-word.ts'
import { setPinWord } from './pin-words.ts'
import { changeOf, type Pin, pinKey, usePins, type Word } from './pins.ts'

function useWord({ context, resource: key, namespace, name }: Pin): Word | 'gone' | undefined {
  const found = useResource(context, key)
  const resource = found ?? wellKnown[key]
  const source = useMemo(
    () => resource && { context, resource, namespace: namespace || undefined, fieldSelector: `metadata.name=${name}` },
    [context, resource, namespace, name],
  )
  const data = useObject(source)
  const { object, deleted, state } = data ?? {}
  const word = useStatusWord(key, source, object ?? undefined)
  return useMemo(() => {
    if (!state?.synced) return undefined
    return !object || deleted ? 'gone' : (word ?? { text: '', tone: 'ok' })
  }, [object, deleted, state?.synced, word])
}

/**
 * The one that watches the pinned objects: `usePinWord` has what it sees, and what becomes of them is told through the desktop, if there is
 * one. Mounted once, so that what is told is what was shown.
 */
export function PinWatch() {
  return usePins().map((pin) => <Watched key={pinKey(pin)} pin={pin} />)
}

function Watched({ pin }: { pin: Pin }) {
  const { t } = useTranslation()
  const word = useWord(pin)
  const key = pinKey(pin)
  const before = useRef<Word | 'gone'>(undefined)
  useEffect(() => {
    setPinWord(key, word)
    return () => setPinWord(key, undefined)
  }, [key, word])
  useEffect(() => {
    if (word === undefined) return
    const change = changeOf(before.current, word)
    before.current = word
    if (change === undefined) return
    const what = pin.namespace ? `${pin.namespace}/${pin.name}` : pin.name
    const title = change === 'gone' ? t('pins.gone', { name: pin.name }) : `${pin.name}: ${word === 'gone' ? '' : word.text}`
    const place = { context: pin.context, resource: pin.resource, object: { namespace: pin.namespace, name: pin.name } }
    void bridge?.notify({ title, body: `${pin.resource} ${what} · ${pin.context}`, path: placeUrl(place) })
  }, [word, pin, t])
  return null
}
