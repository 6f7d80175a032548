import { useTranslation } from 'react-i18next'
import { Icon } from '../../ui/icon.tsx'
import { type Pin, pinKey, togglePin, usePins } from './pins.ts'

/** Pinned, an object stands on home and its changes for the worse are told. */
export function PinButton({ pin }: { pin: Pin }) {
  const { t } = useTranslation()
  const pinned = usePins().some((each) => pinKey(each) === pinKey(pin))
  const label = t(pinned ? 'pins.unpin' : 'pins.pin')
  return (
    <button type="button" className="icon-button" aria-pressed={pinned} aria-label={label} title={label} onClick={() => togglePin(pin)}>
      <Icon name="pin" size={14} />
    </button>
  )
}
