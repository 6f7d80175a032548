import { QualifiedName } from '../../ui/qualified-name.tsx'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { bridge } from '../../ui/bridge.ts'
import { Icon, ToneWord } from '../../ui/icon.tsx'
import { placeUrl } from '../../ui/place.ts'
import { PinWatch } from './pin-watch.tsx'
import { usePinWord } from './pin-words.ts'
import { type Pin, pinKey, togglePin, usePins } from './pins.ts'

/** What the user has pinned, of every cluster, with how it is now. */
export function PinnedCard({ context }: { context: string }) {
  const { t } = useTranslation()
  const pins = usePins()
  return (
    <section className="card wide" aria-label={t('pins.title')}>
      <h2>{t('pins.title')}</h2>
      {/* In the desktop the shell watches, wherever the window is. In a browser there is nobody to tell of what is not looked at. */}
      {bridge === undefined && <PinWatch />}
      <ul className="lines">
        {pins.map((pin) => (
          <Line key={pinKey(pin)} pin={pin} elsewhere={pin.context !== context} />
        ))}
      </ul>
    </section>
  )
}

function Line({ pin, elsewhere }: { pin: Pin; elsewhere: boolean }) {
  const { t } = useTranslation()
  const word = usePinWord(pin)
  const object = { namespace: pin.namespace, name: pin.name }
  return (
    <li className="pinned">
      {word === undefined ? (
        <span className="dim">…</span>
      ) : (
        <ToneWord tone={word === 'gone' ? 'bad' : word.tone}>{word === 'gone' ? t('details.deleted') : word.text}</ToneWord>
      )}
      <Link
        to={placeUrl({ context: pin.context, resource: pin.resource, object })}
        className="ellipsis"
        aria-label={pin.namespace ? `${pin.namespace}/${pin.name}` : pin.name}
      >
        <QualifiedName namespace={pin.namespace} name={pin.name} />
      </Link>
      <span className="dim ellipsis">
        {pin.resource}
        {elsewhere && ` · ${pin.context}`}
      </span>
      <button
        type="button"
        className="icon-button"
        aria-label={`${t('pins.unpin')} ${pin.name}`}
        title={t('pins.unpin')}
        onClick={() => togglePin(pin)}
      >
        <Icon name="close" size={12} />
      </button>
    </li>
  )
}
