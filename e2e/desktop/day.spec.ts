import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { possibleRefusals, refusals } from '../fixtures/refusals.ts'
import { retype } from '../fixtures/retype.ts'
import { until } from '../fixtures/until.ts'
import type { Inspector } from '../pages/inspector.ts'

/**
 * A day's work in one walk: apply a manifest, scale it, break it, find the cause from home, read the workload's logs, edit, see the
 * difference and the dry run, apply, and take it back. With BINNACLE_PICTURES=FOLDER each step is a picture.
 */
const pictures = process.env.BINNACLE_PICTURES
const DEPLOYMENT = '/apis/apps/v1/namespaces/quayside/deployments/ferry'
const good = 'echo ferry is sailing; sleep 36000'
const manifest = (script: string): string => `apiVersion: v1
kind: Namespace
metadata:
  name: quayside
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ferry
  namespace: quayside
spec:
  replicas: 1
  selector:
    matchLabels: {app: ferry}
  template:
    metadata:
      labels: {app: ferry}
    spec:
      containers:
        - name: engine
          image: registry.example/ferry:2
          command: [sh, -c, "${script}"]
`

function camera(inspector: Inspector): (step: string) => Promise<void> {
  let count = 0
  if (pictures !== undefined) mkdirSync(pictures, { recursive: true })
  return async (step) => {
    count++
    if (pictures === undefined) return
    await inspector.page.mouse.move(0, 0)
    await inspector.page.screenshot({ path: join(pictures, `${String(count).padStart(2, '0')}-${step}.png`), animations: 'disabled' })
  }
}

async function compose(inspector: Inspector, text: string): Promise<void> {
  await inspector.page.getByRole('banner').getByRole('button', { name: 'Create or apply' }).click()
  const editor = inspector.dialog.locator('.cm-content')
  await editor.focus()
  await inspector.page.keyboard.press('Control+a')
  await inspector.page.keyboard.insertText(text)
}

test('apply, scale, break, find, read, edit, look, try, apply, undo', async ({ inspector, page, server, faults }) => {
  test.setTimeout(360_000)
  await page.setViewportSize({ width: 1280, height: 800 })
  const picture = camera(inspector)
  const { dialog, details } = inspector
  await inspector.open('')
  await expect(inspector.statusBar).toContainText('kinds')

  await compose(inspector, manifest(good))
  await expect(dialog).toContainText('Namespace quayside')
  await picture('manifest')
  await dialog.getByRole('button', { name: 'Apply to 2' }).click()
  await expect(dialog.getByRole('status')).toContainText('2 changed.')
  await picture('applied')
  await page.keyboard.press('Escape')

  await inspector.open('deployments.apps/quayside/ferry')
  await expect(details.locator('.details-head')).toContainText('Available')
  await picture('deployment')
  await page.keyboard.press('s')
  await dialog.getByRole('textbox', { name: 'Replicas' }).fill('3')
  await expect(dialog.locator('.diff-line.added')).toHaveText(/replicas: 3/)
  await picture('scale')
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  await page.keyboard.press('Escape')
  await expect.poll(async () => (await server.api.get(DEPLOYMENT)).status?.availableReplicas).toBe(3)

  // Broken as it happens: a new version of the manifest. That somebody has scaled it meanwhile is told before anything is applied.
  await compose(inspector, manifest('echo panic: no berth for the ferry; exit 3'))
  await expect(dialog).toContainText('spec.replicas was set by an action in the name binnacle')
  await picture('conflict')
  await dialog.getByRole('button', { name: 'Take it over' }).click()
  await expect(dialog.locator('.diff-line.added').filter({ hasText: 'no berth' })).toHaveCount(1)
  await picture('broken-manifest')
  await dialog.getByRole('button', { name: 'Apply to 1' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  await page.keyboard.press('Escape')

  await inspector.open('')
  const problem = page.getByRole('region', { name: 'Needs a look' }).getByRole('listitem').filter({ hasText: 'quayside/ferry' })
  await expect(problem).toContainText('Deployment')
  await expect(problem).toContainText('exit code 3')
  await expect(problem.locator('.last-lines')).toContainText('panic: no berth for the ferry')
  await picture('home')
  await problem.getByRole('link', { name: 'quayside/ferry' }).click()
  await expect(page).toHaveURL(/deployments\.apps\/quayside\/ferry/)
  await inspector.tab('Logs').click()
  await expect(details.locator('.log-line').filter({ hasText: 'panic: no berth' }).first()).toBeVisible()
  await picture('logs')

  await details.locator('.details-head').click()
  await inspector.tab('YAML').click()
  await details.getByRole('button', { name: 'Edit' }).click()
  // The view for reading shows the same text until the editor is there.
  await expect(details.getByRole('button', { name: 'Review and apply…' })).toBeVisible()
  const editor = details.locator('.cm-content')
  await expect(editor).toContainText('no berth')
  await retype(editor, 'echo panic: no berth for the ferry; exit 3', good)
  await picture('edit')
  await details.getByRole('button', { name: 'Review and apply…' }).click()
  await expect(dialog.locator('.diff-line.added')).toHaveText([/ferry is sailing/])
  await expect(dialog.locator('.diff-line.removed')).toHaveText([/no berth/])
  // The server has tried it: nothing is changed yet.
  await dialog.getByText('What is sent').click()
  await expect(dialog).toContainText('fieldManager=binnacle')
  expect(JSON.stringify((await server.api.get(DEPLOYMENT)).spec)).toContain('no berth')
  await picture('review')
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  await page.keyboard.press('Escape')
  await expect(details.locator('.details-head')).toContainText('Available', { timeout: 60_000 })
  await picture('well-again')
  // Not by its address: a page that is loaded anew no longer knows what could be taken back.
  await page.getByRole('navigation').getByRole('link', { name: 'Home' }).click()
  await expect(problem).toHaveCount(0, { timeout: 60_000 })

  await inspector.statusBar.getByRole('button', { name: 'Undo Edit: Deployment ferry' }).click()
  await expect(dialog.locator('.diff-line.added')).toHaveText([/no berth/])
  await picture('undo')
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  expect(JSON.stringify((await server.api.get(DEPLOYMENT)).spec)).toContain('no berth')
  await page.keyboard.press('Escape')
  refusals(faults, 404)
  possibleRefusals(faults, 409)
})

// The files that come later share the server, and count its pods.
test.afterAll(async ({ server }) => {
  const isEmpty = async (path: string): Promise<boolean> => (await server.api.get<{ items: unknown[] }>(path)).items.length === 0
  await server.api.remove(DEPLOYMENT)
  await until('the replica sets are gone', () => isEmpty('/apis/apps/v1/namespaces/quayside/replicasets'))
  await server.api.remove('/api/v1/namespaces/quayside/pods?gracePeriodSeconds=0')
  await until('the pods are gone', () => isEmpty('/api/v1/namespaces/quayside/pods'))
})
