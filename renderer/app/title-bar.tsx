import { Menu, useMantineColorScheme } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { useCompose } from '../tools/apply/compose-context.ts'
import { paletteKey } from '../ui/bridge.ts'
import { Icon, ToneMark } from '../ui/icon.tsx'
import { placeUrl, usePlace } from '../ui/place.ts'
import { ConnectionButton, CautionMark } from './connection.tsx'
import { ContextMenu } from './context-menu.tsx'
import { languages } from './i18n/setup.ts'
import { NamespaceMenu } from './namespace-menu.tsx'

export function TitleBar({ onPalette, onHelp }: { onPalette(): void; onHelp(): void }) {
  const { t } = useTranslation()
  const place = usePlace()
  const compose = useCompose()
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
      <button
        type="button"
        className="icon-button"
        onClick={() => compose()}
        aria-haspopup="dialog"
        aria-label={t('apply.title')}
        title={t('apply.title')}
      >
        <Icon name="plus" />
      </button>
      <CautionMark />
      <ConnectionButton />
      <LanguageMenu />
      <ThemeButton />
      <button type="button" className="icon-button" onClick={onHelp} aria-label={t('help.title')} title={t('help.title')}>
        <Icon name="help" />
      </button>
    </header>
  )
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
