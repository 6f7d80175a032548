import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { makeNamespace } from '../fixtures/session.ts'
import { removeNamespace } from '../fixtures/workloads.ts'

const NS = 'bulk'

test.beforeAll(({ server }) => makeNamespace(server, NS))
test.afterAll(({ server }) => removeNamespace(server, NS))

test('a change of many, and a deletion, is stopped: what was begun ends, the rest is untouched and said to be', async ({
  inspector,
  page,
  server,
}) => {
  const maps = `/api/v1/namespaces/${NS}/configmaps`
  const names = Array.from({ length: 9 }, (_, n) => `crate-${n}`)
  for (const name of names) await server.api.create(maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })
  /** Holds the real requests of a method until it is told to let them go. */
  const hold = async (method: string): Promise<{ held(): number; release(): Promise<void> }> => {
    const waiting: (() => Promise<void>)[] = []
    let open = false
    await page.route('**/configmaps/crate-*', async (route) => {
      const request = route.request()
      if (open || request.method() !== method || request.url().includes('dryRun')) return route.continue()
      waiting.push(() => route.continue())
    })
    return {
      held: () => waiting.length,
      release: async () => {
        open = true
        await Promise.all(waiting.map((go) => go()))
      },
    }
  }
  const { dialog } = inspector
  await inspector.open(`configmaps?ns=${NS}&q=crate`)
  await expect(inspector.counts).toContainText('9 of')
  await inspector.grid.getByRole('checkbox', { name: 'Select all' }).click()
  await page.getByRole('button', { name: 'Actions' }).first().click()
  await page.getByRole('menuitem', { name: 'Labels' }).click()
  await dialog.getByRole('textbox').nth(0).fill('port')
  await dialog.getByRole('textbox').nth(1).fill('north')
  // Beside the dialog: what was filled in stays.
  await page.mouse.click(4, 300)
  await expect(dialog.getByRole('textbox').nth(0)).toHaveValue('port')
  const change = await hold('PATCH')
  await dialog.getByRole('button', { name: 'Apply to 9' }).click()
  await expect.poll(() => change.held()).toBe(6)
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toHaveCount(0)
  await dialog.getByRole('button', { name: 'Stop' }).click()
  await change.release()
  await expect(dialog.getByRole('status')).toContainText('6 changed. Stopped: 3 were not begun.')
  const labelled = async (): Promise<number> =>
    (await server.api.get<{ items: unknown[] }>(`${maps}?labelSelector=port%3Dnorth`)).items.length
  expect(await labelled()).toBe(6)
  await dialog.getByRole('button', { name: 'Look again' }).click()
  await dialog.getByRole('button', { name: 'Apply to 3' }).click()
  await expect(dialog.getByRole('status')).toContainText('3 changed.')
  expect(await labelled()).toBe(9)
  await page.keyboard.press('Escape')

  await page.getByRole('button', { name: 'Delete 9' }).click()
  const deletion = await hold('DELETE')
  await dialog.getByRole('button', { name: /^Delete/ }).click()
  await expect.poll(() => deletion.held()).toBeGreaterThan(0)
  const begun = deletion.held()
  await dialog.getByRole('button', { name: 'Stop' }).click()
  await deletion.release()
  await expect(dialog.getByRole('status')).toContainText(`Stopped: ${9 - begun} were not begun.`)
  expect(await labelled()).toBe(9 - begun)
})
