import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { seen } from './seen.ts'

test('what is drawn of a text shows what cannot be seen in it, wherever it stands', () => {
  const turned = 'safe\u202Etxt.exe'
  const shown = 'safe⟨U+202E⟩txt.exe'
  const drawn = renderToStaticMarkup(
    <ul title={turned} aria-label={turned}>
      {turned}
      {[1].map((each) => turned + each)}
      <li>
        {turned} {7}
      </li>
    </ul>,
  )
  expect(drawn).toBe(`<ul title="${shown}" aria-label="${shown}">${shown}${shown}1<li>${shown} 7</li></ul>`)
})

test('what has nothing of that stays the object that it was; values that are typed or sent are let alone', () => {
  const props = { children: ['a', ['b', 7, null]], title: 'مرحبا 😀', onClick: () => undefined }
  expect(seen(props)).toBe(props)
  const value = { value: 'a\u202Eb', 'data-name': 'a\u202Eb', href: '/a\u202Eb', children: 'x' }
  expect(seen(value)).toBe(value)
})
