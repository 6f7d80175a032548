import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Locator, type Page } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'

const MAPS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

const kettle = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'kettles.galley.example' },
  spec: {
    group: 'galley.example',
    scope: 'Namespaced',
    names: { plural: 'kettles', singular: 'kettle', kind: 'Kettle' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: {
              spec: {
                type: 'object',
                required: ['litres'],
                properties: {
                  litres: { type: 'integer', description: 'How much goes into it.' },
                  heat: { type: 'string', enum: ['Gas', 'Electric'] },
                },
              },
            },
          },
        },
      },
    ],
  },
}

const editor = (page: Page): Locator => page.getByRole('dialog').locator('.cm-content')
const diagnostics = (page: Page): Locator => page.locator('.cm-tooltip-lint')

/** What is said about a marked place; the pointer goes elsewhere afterwards, since what is said would be in its way. */
async function said(page: Page, marked: string, text: string): Promise<void> {
  await page.locator('.cm-lintRange-error', { hasText: marked }).hover()
  await expect(diagnostics(page)).toContainText(text)
  await page.mouse.move(2, 2)
  await expect(page.locator('.cm-tooltip-hover')).toHaveCount(0)
}

/** The server has its own word on faulty text: its refusals of dry runs are no faults of the page. */
const ofDryRuns = (faults: string[]): void => {
  faults.splice(0, faults.length, ...faults.filter((fault) => !/status of [45]\d\d/.test(fault)))
}

async function open(page: Page, text: string): Promise<void> {
  await page.getByRole('banner').getByRole('button', { name: 'Create or apply' }).click()
  await editor(page).click()
  // Typing would begin each line where the editor indents it.
  await page.keyboard.insertText(text)
}

test('the editor knows the fields of every kind as its server describes them, and marks what is wrong while one types', async ({
  inspector,
  page,
  faults,
}) => {
  await inspector.open('pods')
  await expect(inspector.statusBar).toContainText('kinds')
  await open(page, 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  replcias: three\n  ')
  await page.keyboard.type('sel')
  // Offered with what it is, and put in with the beginning of what stands below it.
  const offer = page.getByRole('option', { name: /^selector/ })
  await expect(offer).toContainText('object')
  await expect(page.locator('.cm-completionInfo')).toContainText('Label selector for pods')
  expect(
    (await new AxeBuilder({ page }).analyze()).violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => [id, nodes[0]?.html]),
  ).toEqual([])
  await page.keyboard.press('Enter')
  await expect(editor(page)).toContainText('selector:')

  await said(page, 'replcias', 'replcias is not a field here. replicas is.')
  await expect(page.locator('.cm-lintRange-warning', { hasText: 'spec' })).toBeVisible()
  ofDryRuns(faults)
})

test('custom kinds too: types, values that are allowed, what is required, what a field means', async ({
  inspector,
  page,
  server,
  faults,
}) => {
  await server.api.create(MAPS, kettle)
  using definitions = await server.api.watch(MAPS)
  await definitions.until('the kettles', (e) =>
    ((e.object.status?.conditions ?? []) as { type: string; status: string }[]).some(
      (c) => c.type === 'Established' && c.status === 'True',
    ),
  )
  await inspector.open('pods')
  await expect(inspector.statusBar).toContainText('kinds')
  await open(page, 'apiVersion: galley.example/v1\nkind: Kettle\nmetadata:\n  name: big\nspec:\n  litres: "2"\n  heat: Coal')
  await said(page, 'Coal', 'heat must be one of Gas, Electric')
  await said(page, '"2"', 'litres must be integer, this is string')
  await editor(page).getByText('litres').hover()
  await expect(page.locator('.schema-hover')).toContainText('spec.litres: integer (required)')
  await expect(page.locator('.schema-hover')).toContainText('How much goes into it.')
  await page.keyboard.press('Control+End')
  await page.keyboard.press('Control+Backspace')
  await page.keyboard.press('Control+Space')
  await expect(page.getByRole('option')).toHaveText(['Electric', 'Gas'])
  // A key just after the list has come is still meant for the text (CodeMirror's interactionDelay); a click never is.
  await page.getByRole('option', { name: 'Electric' }).click()
  await expect(editor(page)).toContainText('heat: Electric')
  await expect(page.locator('.cm-lintRange-error', { hasText: 'Coal' })).toHaveCount(0)
  ofDryRuns(faults)
})

test('a definition’s page explains what its objects may hold; an object’s page has its fields in that order', async ({
  inspector,
  page,
  server,
}) => {
  const name = 'anchors.galley.example'
  const link = { type: 'object', required: ['grade'], properties: { grade: { type: 'integer', minimum: 1 }, alloy: { type: 'string' } } }
  const spec = {
    type: 'object',
    required: ['weight'],
    properties: {
      chain: { type: 'array', items: link, description: 'What it hangs on.' },
      weight: { type: 'integer', description: 'In kilograms.' },
    },
  }
  await server.api.create(MAPS, {
    ...kettle,
    metadata: { name },
    spec: {
      ...kettle.spec,
      names: { plural: 'anchors', singular: 'anchor', kind: 'Anchor' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object', properties: { spec } } } }],
    },
  })
  using definitions = await server.api.watch(MAPS)
  await definitions.until('the anchors', ({ object: { metadata, status } }) => {
    const conditions = (status?.conditions ?? []) as { type: string; status: string }[]
    return metadata.name === name && conditions.some((c) => c.type === 'Established' && c.status === 'True')
  })
  await inspector.open(`customresourcedefinitions.apiextensions.k8s.io/_/${name}?tab=schema`)
  const panel = inspector.details.getByRole('tabpanel')
  await panel.getByText('spec', { exact: true }).click()
  await expect(panel.getByRole('listitem').filter({ hasText: /^weight/ })).toHaveText('weight <integer> requiredIn kilograms.')
  await panel.getByText('chain', { exact: true }).click()
  await expect(panel.getByRole('listitem').filter({ hasText: /^grade/ })).toHaveText('grade <integer> requiredminimum: 1')
  await panel.getByRole('textbox', { name: 'Find a field' }).fill('ALLOY')
  await expect(panel.getByRole('listitem')).toHaveText(['spec.chain.alloy <string>'])
  await expect(panel.locator('.schema-field')).toHaveCount(1)
  const { violations } = await new AxeBuilder({ page }).analyze()
  expect(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(({ id }) => id)).toEqual([])

  await server.api.create('/apis/galley.example/v1/namespaces/default/anchors', {
    apiVersion: 'galley.example/v1',
    kind: 'Anchor',
    metadata: { name: 'best-bower' },
    spec: { chain: [{ alloy: 'steel', grade: 3 }], weight: 900 },
  })
  await inspector.open('anchors.galley.example/default/best-bower')
  await expect(inspector.details.getByRole('region', { name: 'Spec' })).toHaveText(/weight\s*900\s*chain\s*grade\s*3\s*alloy\s*steel/)
  await inspector.details.getByRole('link', { name }).click()
  await expect(inspector.tab('Schema')).toHaveAttribute('aria-selected', 'true')
  await server.api.remove(`${MAPS}/${name}`)
})
