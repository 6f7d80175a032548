import { AxeBuilder } from '@axe-core/playwright'
import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { possibleRefusals } from '../fixtures/refusals.ts'
import { pod } from '../fixtures/session.ts'

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const group = 'rbac.authorization.k8s.io'

test.beforeAll(async ({ server: { api } }) => {
  await api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  await api.create('/api/v1/namespaces/shop/serviceaccounts', { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'clerk' } })
  using accounts = await api.watch('/api/v1/namespaces/shop/serviceaccounts')
  await accounts.until('the default account', (e) => e.object.metadata.name === 'default')
  await api.create('/api/v1/namespaces/shop/pods', pod('till'))
  await api.create(`${RBAC}/namespaces/shop/roles`, {
    apiVersion: `${group}/v1`,
    kind: 'Role',
    metadata: { name: 'till-reader' },
    rules: [{ apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list', 'watch'] }],
  })
  await api.create(`${RBAC}/namespaces/shop/rolebindings`, {
    apiVersion: `${group}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'till-readers' },
    roleRef: { apiGroup: group, kind: 'Role', name: 'till-reader' },
    subjects: [
      { kind: 'User', name: 'jane', apiGroup: group },
      { kind: 'ServiceAccount', name: 'clerk', namespace: 'shop' },
    ],
  })
  await api.create(`${RBAC}/namespaces/shop/rolebindings`, {
    apiVersion: `${group}/v1`,
    kind: 'RoleBinding',
    metadata: { name: 'to-nothing' },
    roleRef: { apiGroup: group, kind: 'Role', name: 'sunk' },
    subjects: [{ kind: 'User', name: 'jane', apiGroup: group }],
  })
})

test('who may do something, by which rule of which role through which binding, and whether oneself may', async ({ inspector, page }) => {
  await page.clock.install()
  await inspector.open('rights?ns=shop')
  await page
    .getByRole('textbox', { name: 'Verb' })
    .or(page.getByRole('combobox', { name: 'Verb' }))
    .fill('get')
  await page.getByRole('combobox', { name: 'Kind or path' }).fill('po/log')
  await expect(page.getByRole('status').filter({ hasText: 'May: get pods/log' })).toBeVisible()
  const everybody = page.getByRole('region', { name: 'Everybody who may get pods/log' })
  const jane = everybody.getByRole('row', { name: /User jane/ })
  await expect(jane).toContainText('pods, pods/log · get, list, watch')
  await expect(jane).toContainText('RoleBinding till-readers → Role till-reader')
  await expect(everybody.getByRole('row', { name: /shop\/clerk/ })).toBeVisible()
  // In another namespace it is not given.
  await page.getByRole('combobox', { name: 'Namespace' }).fill('default')
  await expect(jane).toHaveCount(0)
  await expect(everybody.getByRole('row', { name: /cluster-admin/ }).first()).toContainText('everywhere')
  // The address holds the question.
  await page.reload()
  await expect(page.getByRole('combobox', { name: 'Kind or path' })).toHaveValue('po/log')
  const asked: string[] = []
  page.on('request', (request) => {
    if (request.url().endsWith('/selfsubjectaccessreviews')) asked.push(request.postData() ?? '')
  })
  await page.getByRole('combobox', { name: 'Kind or path' }).fill('/metrics')
  await expect(page.getByRole('region', { name: 'Everybody who may get /metrics' })).toContainText('system:monitoring')
  // Letters that follow one another are one question, not one each.
  await page.getByRole('combobox', { name: 'Kind or path' }).fill('')
  asked.length = 0
  await page.clock.pauseAt(Date.now() + 60_000)
  await page.keyboard.type('secrets')
  await page.clock.resume()
  await expect(page.getByRole('region', { name: 'Everybody who may get secrets' })).toBeVisible()
  await expect.poll(() => asked).toEqual([expect.stringContaining('"resource":"secrets"')])
})

test('what somebody may do, from the pages of a role, a binding and an account', async ({ inspector, page }) => {
  await inspector.open(`roles.${group}/shop/till-reader`)
  const given = inspector.details.getByRole('region', { name: 'Given to' })
  await expect(given.getByRole('row', { name: /jane/ })).toContainText('till-readers')
  await given.getByRole('link', { name: 'jane', exact: true }).click()
  const may = page.getByRole('region', { name: 'What jane may do' })
  await expect(may).toContainText('With the groups: system:authenticated')
  await expect(may.getByRole('row', { name: /pods, pods\/log/ })).toContainText('till-readers')
  await expect(may.getByRole('row', { name: /selfsubjectaccessreviews/ }).first()).toContainText('system:basic-user')

  await inspector.open(`rolebindings.${group}/shop/till-readers`)
  await expect(inspector.details.getByRole('region', { name: 'What it gives' })).toContainText('pods, pods/log')
  await inspector.open(`rolebindings.${group}/shop/to-nothing`)
  await expect(inspector.details.getByRole('region', { name: 'What it gives' })).toContainText('There is no Role called sunk')
  await inspector.open(`clusterroles.${group}/_/view`)
  await expect(inspector.details.getByRole('region', { name: /^Put together from/ })).toContainText('system:aggregate-to-view')
  await inspector.open('serviceaccounts/shop/clerk')
  await expect(inspector.details.getByRole('region', { name: 'What it may do' }).getByRole('row', { name: /pods\/log/ })).toContainText(
    'shop',
  )
})

test('acting as somebody: said on every page, in the rights of that user only, and over with one click', async ({
  inspector,
  page,
  faults,
}) => {
  await inspector.open('serviceaccounts/shop/clerk')
  await inspector.details.getByRole('link', { name: /^Act as/ }).click()
  const band = page.getByRole('status', { name: 'Acting as somebody else' })
  await expect(band).toContainText('Acting as system:serviceaccount:shop:clerk in local')
  await expect(band).toContainText('system:serviceaccounts:shop')

  await page.goto(`${page.url().split('?')[0]}/pods/shop/till?ns=shop&as=system%3Aserviceaccount%3Ashop%3Aclerk`)
  await expect(inspector.row(/till/)).toBeVisible()
  await expect(band).toBeVisible()
  await inspector.details.getByRole('button', { name: 'Actions' }).click()
  const evict = page.getByRole('menuitem', { name: 'Evict' })
  await expect(evict).toContainText('You may not create pods/eviction till -n shop')
  await expect(evict).toBeDisabled()
  await expect(page.getByRole('menuitem', { name: 'Logs' })).toBeEnabled()
  expect(
    (await new AxeBuilder({ page }).analyze()).violations.filter(({ impact }) => impact === 'serious' || impact === 'critical'),
  ).toEqual([])
  await page.keyboard.press('Escape')
  await expect(inspector.details.getByRole('button', { name: /^Delete till/ })).toBeDisabled()
  await page.getByRole('banner').getByRole('button', { name: 'Create or apply' }).click()
  await expect(page.getByRole('dialog')).toContainText('On the local control plane local, as system:serviceaccount:shop:clerk')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)

  // What the account may not see is refused by the server, in its words.
  await inspector.open('secrets?ns=shop&as=system%3Aserviceaccount%3Ashop%3Aclerk')
  await expect(page.getByRole('alert')).toContainText(/User "system:serviceaccount:shop:clerk" cannot (list|watch) resource "secrets"/)
  await inspector.open('rights?ns=shop&as=system%3Aserviceaccount%3Ashop%3Aclerk&q=ask%3Dsubject%26kind%3DUser')
  await expect(page.getByRole('region', { name: /^What you may do in shop/ })).toContainText('pods/log')
  await expect(page.getByText(/Not everything can be read/).first()).toBeVisible()
  await band.getByRole('button', { name: 'Stop acting' }).click()
  await expect(band).toHaveCount(0)
  await expect(page).not.toHaveURL(/as=/)
  possibleRefusals(faults, 403)
})

for (const colorScheme of ['dark', 'light'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })
    test('axe finds nothing serious on the pages of rights', async ({ inspector, page }) => {
      for (const place of [
        'rights?ns=shop&as=jane',
        'rights?q=ask%3Dsubject%26kind%3DUser%26name%3Djane',
        `roles.${group}/shop/till-reader`,
      ]) {
        await inspector.open(place)
        await expect(
          page
            .getByRole('link', { name: 'till-readers' })
            .or(page.getByText('cannot impersonate'))
            .or(page.getByText('Not everything'))
            .first(),
        ).toBeVisible()
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect
          .soft(
            violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id, nodes }) => [id, nodes[0]?.html]),
            place,
          )
          .toEqual([])
      }
    })
  })
}
