import { Menu, useMantineColorScheme } from '@mantine/core'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import type { Tone } from '../kube/types.ts'
import { useContexts } from '../queries/contexts.ts'
import { namespaces } from '../queries/discovery.ts'
import { useHub, useNet, useView } from '../queries/hub.ts'
import { paletteKey } from '../ui/bridge.ts'
import { Icon, ToneMark, ToneWord } from '../ui/icon.tsx'
import { PickMenu } from '../ui/pick-menu.tsx'
import { placeUrl, useGo, usePlace } from '../ui/place.ts'
import { languages } from './i18n/setup.ts'

export function TitleBar({ onPalette, onHelp }: { onPalette(): void; onHelp(): void }) {
  const { t } = useTranslation()
  const place = usePlace()
  return (
    <header className="title-bar">
      <Link className="brand" to={placeUrl({ context: place.context })} title={t('rail.home')}>
        <img src="/icon.svg" width={18} height={18} alt="" />
        Binnacle
      </Link>
      <ContextMenu />
      <NamespaceMenu />
      <span className="bar-space" />
      <button type="button" className="search-button" onClick={onPalette} aria-haspopup="dialog">
        <Icon name="search" size={14} />
        <span className="ellipsis">{t('palette.open')}</span>
        <span className="bar-space" />
        <kbd>{paletteKey}</kbd>
      </button>
      <span className="bar-space" />
      <Connection />
      <LanguageMenu />
      <ThemeButton />
      <button type="button" className="icon-button" onClick={onHelp} aria-label={t('help.title')} title={t('help.title')}>
        <Icon name="help" />
      </button>
    </header>
  )
}

function ContextMenu() {
  const { t } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const { data } = useContexts()
  const items = (data ?? []).map((c) => ({ value: c.name, label: c.name, note: c.error ?? (c.local ? t('contexts.local') : c.server) }))
  return (
    <PickMenu
      label={t('contexts.switch')}
      value={place.context}
      text={place.context || t('contexts.none')}
      items={items}
      onPick={(context) => go({ context, object: undefined, namespace: '', tab: '' })}
    />
  )
}

function NamespaceMenu() {
  const { t } = useTranslation()
  const place = usePlace()
  const go = useGo()
  const source = useMemo(() => ({ context: place.context, resource: namespaces }), [place.context])
  const { data } = useView(place.context ? { source, filter: '', start: 0, end: 1000, hold: false } : undefined)
  const names = (data?.rows ?? []).filter((row) => !row.gone).map((row) => row.name)
  // A namespace that cannot be listed, or is gone, stays readable as the filter it is.
  if (place.namespace && !names.includes(place.namespace)) names.unshift(place.namespace)
  const items = [{ value: '', label: t('namespaces.all') }, ...names.map((name) => ({ value: name, label: name }))]
  return (
    <PickMenu
      label={t('namespaces.filter')}
      value={place.namespace}
      text={place.namespace || t('namespaces.all')}
      items={items}
      onPick={(namespace) => go({ namespace })}
    />
  )
}

function Connection() {
  const { t } = useTranslation()
  const hub = useHub()
  const net = useNet()
  const [tone, word] = connectionWord(net.socket.phase, net.troubled)
  return (
    <button
      type="button"
      className="icon-button"
      onClick={() => hub.kick()}
      title={t(`connection.${word}.detail`, { count: net.troubled })}
      data-testid="connection"
    >
      <ToneWord tone={tone}>{t(`connection.${word}.word`)}</ToneWord>
    </button>
  )
}

function connectionWord(phase: string, troubled: number): [Tone, 'idle' | 'connecting' | 'lost' | 'partial' | 'live'] {
  if (phase === 'lost') return ['bad', 'lost']
  if (phase === 'idle') return ['muted', 'idle']
  if (phase === 'connecting') return ['busy', 'connecting']
  return troubled > 0 ? ['warn', 'partial'] : ['ok', 'live']
}

function LanguageMenu() {
  const { t, i18n } = useTranslation()
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <button type="button" className="icon-button" aria-label={t('language.label')} title={t('language.label')}>
          <Icon name="language" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {languages.map(({ code, name }) => (
          <Menu.Item
            key={code}
            lang={code}
            onClick={() => void i18n.changeLanguage(code)}
            leftSection={<ToneMark tone={i18n.language === code ? 'ok' : 'muted'} />}
          >
            {name}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}

function ThemeButton() {
  const { t } = useTranslation()
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <button type="button" className="icon-button" aria-label={t('theme.label')} title={t('theme.label')}>
          <Icon name={colorScheme === 'dark' ? 'moon' : 'sun'} />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {(['auto', 'light', 'dark'] as const).map((scheme) => (
          <Menu.Item
            key={scheme}
            onClick={() => setColorScheme(scheme)}
            leftSection={<ToneMark tone={colorScheme === scheme ? 'ok' : 'muted'} />}
          >
            {t(`theme.${scheme}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
