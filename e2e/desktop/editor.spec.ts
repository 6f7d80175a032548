import { expect, type Locator } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import type { Inspector } from '../pages/inspector.ts'
import { refusals } from '../fixtures/refusals.ts'
import { retype } from '../fixtures/retype.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const map = (name: string, data: Record<string, string>, more: object = {}): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, ...more },
  data,
})

const editor = (inspector: Inspector): Locator => inspector.details.locator('.cm-content')

const unsent = (inspector: Inspector): Locator => inspector.details.getByRole('status').filter({ hasText: 'Unsent changes' })

test('edit: typed, looked at, tried and applied under our own name; integers and odd texts stay as they are; and taken back', async ({
  inspector,
  page,
  server,
}) => {
  const odd = { yes: 'yes', mode: '0644', tail: 'a \n\n', emoji: '⚓', tab: 'a\tb', win: 'a\r\nb' }
  await server.api.create(MAPS, map('log', { wind: 'north', ...odd }))
  await inspector.open('configmaps/default/log')
  await expect(inspector.details).toContainText('north')
  await page.keyboard.press('e')
  await expect(page).toHaveURL(/tab=edit/)
  await retype(editor(inspector), 'north', 'south')
  await inspector.details.getByRole('button', { name: 'Review and apply…' }).click()
  const { dialog } = inspector
  await expect(dialog.locator('.diff-line.added')).toHaveText([/wind: south/])
  await expect(dialog.locator('.diff-line.removed')).toHaveText([/wind: north/])
  expect((await server.api.get(`${MAPS}/log`)).data?.wind).toBe('north')
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  const stored = await server.api.get(`${MAPS}/log`)
  expect(stored.data).toEqual({ wind: 'south', ...odd })
  expect(stored.metadata.managedFields).toContainEqual(expect.objectContaining({ manager: 'binnacle', operation: 'Update' }))
  await page.keyboard.press('Escape')
  await expect(unsent(inspector)).toHaveCount(0)
  await inspector.statusBar.getByRole('button', { name: 'Undo Edit: ConfigMap log' }).click()
  await expect(dialog.locator('.diff-line.added')).toHaveText([/wind: north/])
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get(`${MAPS}/log`)).data).toEqual({ wind: 'north', ...odd })
})

test('integers of 64 bits survive an edit of something else', async ({ inspector, server }) => {
  const cron = {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'bells' },
    spec: {
      schedule: '@yearly',
      startingDeadlineSeconds: 0,
      jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'm', image: 'x' }] } } } },
    },
  }
  const body = JSON.stringify(cron).replace('"startingDeadlineSeconds":0', '"startingDeadlineSeconds":9007199254740993')
  const CRONS = '/apis/batch/v1/namespaces/default/cronjobs'
  expect((await server.api.send('POST', CRONS, { body })).status).toBe(201)
  await inspector.open('cronjobs.batch/default/bells?tab=edit')
  await retype(editor(inspector), '@yearly', '@monthly')
  await inspector.details.getByRole('button', { name: 'Review and apply…' }).click()
  await expect(inspector.dialog.locator('.diff-line.added')).toHaveText([/schedule: "?@monthly"?/])
  await inspector.dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(inspector.dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.send('GET', `${CRONS}/bells`)).text).toContain('9007199254740993')
})

test('an object that is deleted while it is edited leaves what was typed, here and after a reload, and is made anew of it', async ({
  inspector,
  page,
  server,
  faults,
}) => {
  await server.api.create(MAPS, map('doomed', { wind: 'north' }))
  await inspector.open('configmaps/default/doomed?tab=edit')
  await retype(editor(inspector), 'north', 'south')
  await server.api.send('DELETE', `${MAPS}/doomed`)
  const notice = inspector.details.getByRole('region', { name: 'It was deleted while you typed' })
  await expect(notice).toContainText('What you typed is kept.')
  await expect(inspector.details.getByRole('button', { name: 'Review and apply…' })).toBeDisabled()
  await page.reload()
  await expect(inspector.details).toContainText('There is no ConfigMap called doomed.')
  await notice.getByRole('button', { name: 'Create it anew of that…' }).click()
  const { dialog } = inspector
  await expect(dialog.locator('.diff-line.added').filter({ hasText: 'wind: south' })).toBeVisible()
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  await expect.poll(async () => (await server.api.get(`${MAPS}/doomed`)).data).toEqual({ wind: 'south' })
  await page.keyboard.press('Escape')
  // Nothing of it is unsent any more.
  await expect(notice).toHaveCount(0)
  await expect(inspector.details.getByRole('status').filter({ hasText: 'As stored' })).toBeVisible()
  // It is looked for where it is not.
  refusals(faults, 404)
})

test('a draft survives another tab, another place and a reload; what is no YAML cannot be sent', async ({ inspector, page, server }) => {
  await server.api.create(MAPS, map('draft', { one: 'first' }))
  await inspector.open('configmaps/default/draft?tab=edit')
  await retype(editor(inspector), 'first', '[unclosed')
  await expect(inspector.details.locator('.cm-lintRange-error, .cm-lintPoint-error').first()).toBeAttached()
  await expect(inspector.details.getByRole('button', { name: 'Review and apply…' })).toBeDisabled()
  await inspector.tab('Overview').click()
  await inspector.tab('YAML').click()
  await expect(inspector.details).toContainText('Unsent changes')
  await inspector.details.getByRole('button', { name: 'Edit' }).click()
  await expect(editor(inspector)).toContainText('[unclosed')
  await page.reload()
  await expect(editor(inspector)).toContainText('[unclosed')
  await inspector.details.getByRole('button', { name: 'Discard' }).click()
  await expect(editor(inspector)).toContainText('first')
  // Thrown away by mistake: the editor still knows it.
  await editor(inspector).focus()
  await page.keyboard.press('Control+z')
  await expect(editor(inspector)).toContainText('[unclosed')
})

test('changed meanwhile: what does not meet is brought together, what does is asked about, and nothing typed is lost', async ({
  inspector,
  server,
}) => {
  await server.api.create(MAPS, map('both', { alpha: 'one', bravo: 'two', charlie: 'three', delta: 'four' }))
  await inspector.open('configmaps/default/both?tab=edit')
  await retype(editor(inspector), 'one', 'mine')
  await server.api.send('PATCH', `${MAPS}/both?fieldManager=first-mate`, {
    type: 'application/merge-patch+json',
    body: { data: { delta: 'theirs' } },
  })
  const notice = inspector.details.getByRole('region', { name: 'The object has changed while you typed' })
  await expect(notice).toContainText('last by first-mate')
  await expect(editor(inspector)).toContainText('alpha: mine')
  await notice.getByRole('button', { name: 'Bring both together' }).click()
  await expect(editor(inspector)).toContainText('alpha: mine')
  await expect(editor(inspector)).toContainText('delta: theirs')
  await server.api.merge(`${MAPS}/both`, { data: { alpha: 'other' } })
  const merge = notice.getByRole('button', { name: /^Bring together/ })
  await expect(merge).toBeDisabled()
  await expect(notice).toContainText('alpha: other')
  await notice.getByRole('radio', { name: /You typed/ }).check()
  await merge.click()
  await inspector.details.getByRole('button', { name: 'Review and apply…' }).click()
  await expect(inspector.dialog.locator('.diff-line.added')).toHaveText([/alpha: mine/])
  await inspector.dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(inspector.dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get(`${MAPS}/both`)).data).toEqual({ alpha: 'mine', bravo: 'two', charlie: 'three', delta: 'theirs' })
})

test('a change between the look and the press is no loss: the conflict is told, and the editor has both', async ({
  inspector,
  page,
  server,
  faults,
}) => {
  await server.api.create(MAPS, map('race', { one: 'first' }))
  await inspector.open('configmaps/default/race?tab=edit')
  await retype(editor(inspector), 'first', 'second')
  await inspector.details.getByRole('button', { name: 'Review and apply…' }).click()
  await expect(inspector.dialog.locator('.diff-line.added')).toHaveText([/one: second/])
  await server.api.merge(`${MAPS}/race`, { data: { two: 'meanwhile' } })
  await inspector.dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(inspector.dialog.getByRole('alert')).toContainText('the object has been modified')
  await inspector.dialog.getByRole('button', { name: 'Look again' }).click()
  await expect(inspector.dialog).toContainText('It has changed while this was open')
  await page.keyboard.press('Escape')
  await inspector.details.getByRole('button', { name: 'Bring both together' }).click()
  await expect(editor(inspector)).toContainText('one: second')
  await expect(editor(inspector)).toContainText('two: meanwhile')
  refusals(faults, 409)
})

test('who has set the field under the cursor', async ({ inspector, server }) => {
  await server.api.send('PATCH', `${MAPS}/owned?fieldManager=harbour-master`, {
    type: 'application/apply-patch+yaml',
    body: map('owned', { berth: 'nine' }),
  })
  await inspector.open('configmaps/default/owned?tab=yaml')
  await editor(inspector).getByText('berth').click()
  await expect(inspector.details.locator('.owner-line')).toContainText(/data\.berth.*set by harbour-master \(Apply\)/)
})

test('what turns the direction of a text is seen in lists, events, labels, annotations and commands', async ({ inspector, server }) => {
  const object = map('signed', { a: 'b' }) as { metadata: object }
  const { metadata } = await server.api.create(MAPS, {
    ...object,
    metadata: { ...object.metadata, annotations: { by: 'user\u202eadmin' } },
  })
  await server.api.create('/api/v1/namespaces/default/events', {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'signed.1' },
    involvedObject: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'default', name: 'signed', uid: metadata.uid },
    type: 'Warning',
    reason: 'Signed',
    message: 'by user\u202e\u2066// admin\u2069',
    firstTimestamp: new Date().toISOString(),
    lastTimestamp: new Date().toISOString(),
    source: { component: 'clerk' },
  })
  await inspector.open('events?ns=default&q=Signed')
  await expect(inspector.row(/Signed/)).toContainText('by user⟨U+202E⟩⟨U+2066⟩// admin')
  await inspector.open('events/default/signed.1')
  await expect(inspector.details).toContainText('Signed by user⟨U+202E⟩⟨U+2066⟩// admin')
  const spec = { containers: [{ name: 'main', image: 'x', command: ['sh', '-c', 'rm \u202esafe'] }] }
  await server.api.create('/api/v1/namespaces/default/pods', { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'turned' }, spec })
  await inspector.open('pods/default/turned')
  await expect(inspector.details).toContainText('sh -c rm ⟨U+202E⟩safe')
  // The files that come later share the server, and count its pods.
  await server.api.remove('/api/v1/namespaces/default/pods/turned?gracePeriodSeconds=0')
  await inspector.open('configmaps/default/signed')
  await expect(inspector.details).toContainText('by=user⟨U+202E⟩admin')
  await inspector.tab('Events').click()
  await expect(inspector.details).toContainText('by userU+202EU+2066// adminU+2069')
})

test('what turns the direction of a text is seen where it is read, and before it is applied', async ({ inspector, page, server }) => {
  const greeting = 'السلام عليكم 👩‍👧'
  await server.api.create(MAPS, map('turned', { rule: 'user\u202e\u2066// admin\u2069', greeting }))
  await inspector.open('configmaps/default/turned')
  await expect(inspector.details).toContainText('userU+202EU+2066// adminU+2069')
  await expect(inspector.details).toContainText(greeting)
  await inspector.open('configmaps/default/turned?tab=edit')
  await retype(editor(inspector), '// admin', '// guest')
  await inspector.details.getByRole('button', { name: 'Review and apply…' }).click()
  await expect(inspector.dialog.locator('.diff-line.added')).toHaveText([/userU\+202EU\+2066\/\/ guestU\+2069/])
  await inspector.dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(inspector.dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get(`${MAPS}/turned`)).data).toEqual({ rule: 'user\u202e\u2066// guest\u2069', greeting })
  await page.keyboard.press('Escape')
})
