import { expect, test } from 'vitest'
import { Broken } from './broken.tsx'

test('a fault stays until one goes elsewhere', () => {
  const error = new Error('no name')
  expect(Broken.getDerivedStateFromError(error)).toEqual({ error })
  expect(Broken.getDerivedStateFromError('text')).toEqual({ error: new Error('text') })
  const props = { place: 'prod pods', children: null }
  expect(Broken.getDerivedStateFromProps(props, { place: 'prod pods', error })).toBeNull()
  expect(Broken.getDerivedStateFromProps(props, { place: 'prod nodes', error })).toEqual({ place: 'prod pods', error: undefined })
})
