import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Page } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { refusals } from '../fixtures/refusals.ts'

interface Config {
  clusters: { cluster: { server: string; 'certificate-authority-data': string } }[]
  users: { user: { token?: string; 'client-certificate-data'?: string; 'client-key-data'?: string } }[]
  contexts: { name: string; context: { namespace?: string } }[]
}

const decoded = (text: string | undefined): Buffer | undefined => (text === undefined ? undefined : Buffer.from(text, 'base64'))

/** What the cluster answers to whoever has the kubeconfig. */
function statusWith({ clusters, users }: Config, path: string): Promise<number | undefined> {
  const { cluster } = clusters[0]!
  const { user } = users[0]!
  return new Promise((resolve, reject) => {
    const asked = request(`${cluster.server}${path}`, {
      ca: decoded(cluster['certificate-authority-data']),
      cert: decoded(user['client-certificate-data']),
      key: decoded(user['client-key-data']),
      ...(user.token ? { headers: { authorization: `Bearer ${user.token}` } } : {}),
    })
    asked.on('response', (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
    asked.on('error', reject)
    asked.end()
  })
}

async function saved(page: Page): Promise<Config> {
  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save the kubeconfig' }).click()
  return JSON.parse(readFileSync(await (await download).path(), 'utf8')) as Config
}

const PODS = '/api/v1/namespaces/default/pods'

test('a kubeconfig for a person by certificate: what was typed stays, what is wrong is told, and it lets in as far as its role', async ({
  inspector,
  page,
}) => {
  await inspector.open('rights')
  await page.getByRole('button', { name: 'A kubeconfig for a person…' }).click()
  const { dialog } = inspector
  const make = dialog.getByRole('button', { name: 'Make it' })
  await expect(make).toBeDisabled()
  await dialog.getByRole('textbox', { name: 'Name' }).fill('anna')
  await dialog.getByRole('textbox', { name: 'Groups' }).fill('dev, web')
  await dialog.getByRole('combobox', { name: 'Namespace' }).fill('default')
  await dialog.getByRole('textbox', { name: 'Good for' }).fill('soon')
  await expect(dialog.getByText('Write a time such as 90m, 24h or 7d.')).toBeVisible()
  await expect(make).toBeDisabled()
  // What is typed is there again.
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'A kubeconfig for a person…' }).click()
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('anna')
  await dialog.getByRole('textbox', { name: 'Good for' }).fill('1h')
  await expect(dialog.getByRole('region', { name: 'What is written' }).getByRole('listitem')).toHaveText([
    'POST /apis/certificates.k8s.io/v1/certificatesigningrequests',
    'PUT /apis/certificates.k8s.io/v1/certificatesigningrequests/…/approval',
    'POST /apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings/kubeconfig%3Aanna%3Aview',
  ])
  expect((await new AxeBuilder({ page }).include('[role=dialog]').analyze()).violations).toEqual([])
  await make.click()
  await expect(dialog.getByRole('status').filter({ hasText: 'The kubeconfig for anna is good until' })).toBeVisible()
  const config = await saved(page)
  expect(config.contexts).toMatchObject([{ context: { namespace: 'default' } }])
  expect(await statusWith(config, PODS)).toBe(200)
  expect(await statusWith(config, '/api/v1/namespaces/kube-system/pods')).toBe(403)
})

test('by token: a role that is not there lets nobody in, in the server’s words; then it does', async ({ inspector, page, faults }) => {
  await inspector.open('rights')
  await page.getByRole('button', { name: 'A kubeconfig for a person…' }).click()
  const { dialog } = inspector
  await dialog.getByRole('combobox', { name: 'Signs in with' }).selectOption('token')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Clerk')
  await expect(dialog.getByText(/A service account’s name has small letters/)).toBeVisible()
  await dialog.getByRole('textbox', { name: 'Name' }).fill('clerk')
  await dialog.getByRole('combobox', { name: 'Role' }).fill('nowhere')
  await dialog.getByRole('button', { name: 'Make it' }).click()
  await expect(dialog.getByText('clusterroles.rbac.authorization.k8s.io "nowhere" not found')).toBeVisible()
  await expect(dialog.getByRole('textbox', { name: 'Name' })).toHaveValue('clerk')
  refusals(faults, 404)
  await dialog.getByRole('combobox', { name: 'Role' }).fill('view')
  await dialog.getByRole('button', { name: 'Make it' }).click()
  await expect(dialog.getByRole('status').filter({ hasText: 'The kubeconfig for clerk is good until' })).toBeVisible()
  const config = await saved(page)
  expect(await statusWith(config, PODS)).toBe(200)
  expect(await statusWith(config, '/api/v1/nodes')).toBe(403)
})
