import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { groupFigures } from '../../kube/figures.ts'
import { tellTimesIn } from '../../ui/time.ts'
import en from './en.json' with { type: 'json' }
import zh from './zh-CN.json' with { type: 'json' }

export const languages = [
  { code: 'en', name: 'English' },
  { code: 'zh-CN', name: '简体中文' },
] as const

const storageKey = 'binnacle.language'

function preferred(): string {
  const stored = localStorage.getItem(storageKey)
  if (languages.some(({ code }) => code === stored)) return stored ?? 'en'
  return navigator.languages.some((language) => language.toLowerCase().startsWith('zh')) ? 'zh-CN' : 'en'
}

/** What is written outside of the catalogues. */
function speak(language: string): void {
  document.documentElement.lang = language
  groupFigures(language)
  tellTimesIn(language)
}

/** Both catalogues are part of the program: the first view is already in the reader's language. */
export async function setUpLanguages(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: preferred(),
    fallbackLng: 'en',
    resources: { en: { translation: en }, 'zh-CN': { translation: zh } },
    interpolation: { escapeValue: false },
    returnNull: false,
  })
  speak(i18next.language)
  // Only a choice is remembered: until there is one, the browser's language counts.
  i18next.on('languageChanged', (language) => {
    speak(language)
    localStorage.setItem(storageKey, language)
  })
}
