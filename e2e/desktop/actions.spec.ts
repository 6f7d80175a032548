import { readFileSync } from 'node:fs'
import { expect } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { refusals } from '../fixtures/refusals.ts'
import { pod } from '../fixtures/session.ts'
import type { Server } from '../fixtures/server.ts'
import { until } from '../fixtures/until.ts'

const NS = 'acts'
const APPS = `/apis/apps/v1/namespaces/${NS}`
const PODS = `/api/v1/namespaces/${NS}/pods`

const deployment = (name: string, replicas: number, image = 'registry.example/web:1'): object => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image }] } },
  },
})

async function available(server: Server, name: string, replicas: number): Promise<void> {
  using watch = await server.api.watch(`${APPS}/deployments`)
  await watch.until(`${replicas} of ${name}`, ({ object }) => {
    const { availableReplicas = 0, observedGeneration } = object.status ?? {}
    return object.metadata.name === name && availableReplicas === replicas && observedGeneration === object.metadata.generation
  })
}

test.beforeAll(async ({ server }) => {
  await server.api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NS } })
  using accounts = await server.api.watch(`/api/v1/namespaces/${NS}/serviceaccounts`)
  await accounts.until('the service account', (e) => e.object.metadata.name === 'default')
})

test.afterAll(async ({ server }) => {
  await server.api.remove(`/api/v1/namespaces/${NS}`)
  await until('its pods are gone', async () => (await server.api.get<{ items: unknown[] }>(PODS)).items.length === 0)
})

test('scale by a key: what is sent, what changes, who held it; then applied and taken back', async ({ inspector, page, server }) => {
  await server.api.create(`${APPS}/deployments`, deployment('sails', 2))
  await available(server, 'sails', 2)
  // As an autoscaler would have it.
  await server.api.send('PATCH', `${APPS}/deployments/sails/scale?fieldManager=autoscaler`, {
    type: 'application/merge-patch+json',
    body: { spec: { replicas: 1 } },
  })
  await inspector.open(`deployments.apps?ns=${NS}`)
  await expect(inspector.row(/sails/)).toBeVisible()
  await page.keyboard.press('j')
  await page.keyboard.press('s')
  const { dialog } = inspector
  await expect(dialog.getByRole('heading', { name: 'Scale: Deployment sails' })).toBeVisible()
  const replicas = dialog.getByRole('textbox', { name: 'Replicas' })
  await expect(replicas).toBeFocused()
  await expect(replicas).toHaveValue('1')
  await replicas.fill('2.5')
  await expect(dialog).toContainText('A whole number from 0 to')
  await expect(dialog.getByRole('button', { name: 'Apply' })).toBeDisabled()
  await replicas.fill('3')
  await expect(dialog).not.toContainText('A whole number from 0 to')
  const change = dialog.getByRole('region', { name: 'What changes' })
  await expect(change.locator('.diff-line.removed')).toHaveText(/replicas: 1/)
  await expect(change.locator('.diff-line.added')).toHaveText(/replicas: 3/)
  await expect(dialog.getByRole('list', { name: 'Fields that others have set' })).toContainText(
    /spec\.replicas was set by autoscaler \(Update scale\).*It may set it back/,
  )
  await dialog.getByText('What is sent').click()
  await expect(dialog).toContainText(`PATCH ${APPS}/deployments/sails/scale?fieldManager=binnacle`)
  // Nothing has happened yet.
  expect((await server.api.get(`${APPS}/deployments/sails`)).spec?.replicas).toBe(1)
  await page.keyboard.press('Control+Enter')
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  const scaled = await server.api.get(`${APPS}/deployments/sails`)
  expect(scaled.spec?.replicas).toBe(3)
  expect(scaled.metadata.managedFields).toContainEqual(expect.objectContaining({ manager: 'binnacle', subresource: 'scale' }))
  await page.keyboard.press('Escape')
  await inspector.statusBar.getByRole('button', { name: 'Undo Scale: Deployment sails' }).click()
  await expect(change.locator('.diff-line.added')).toHaveText(/replicas: 1/)
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get(`${APPS}/deployments/sails`)).spec?.replicas).toBe(1)
})

test('who sets a number of replicas back is told before it is sent', async ({ inspector, page, server }) => {
  await server.api.create(`${APPS}/deployments`, { ...deployment('spars', 2) })
  await available(server, 'spars', 2)
  await server.api.create(`/apis/autoscaling/v2/namespaces/${NS}/horizontalpodautoscalers`, {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: { name: 'winds' },
    spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'spars' }, minReplicas: 2, maxReplicas: 4 },
  })
  await inspector.open(`deployments.apps/${NS}/spars`)
  await expect(inspector.details).toContainText('Available')
  await page.keyboard.press('s')
  const replicas = inspector.dialog.getByRole('textbox', { name: 'Replicas' })
  const notes = inspector.dialog.getByRole('list', { name: 'Who may set it back' })
  await replicas.fill('9')
  await expect(notes).toContainText('HorizontalPodAutoscaler winds sets it to 4 at once: it allows 2 to 4.')
  await replicas.fill('3')
  await expect(notes).toContainText('winds scales this between 2 and 4')
  await replicas.fill('0')
  await expect(notes).toContainText('winds stands still while there are 0 replicas')
  await page.keyboard.press('Escape')
  const { items } = await server.api.get<{ items: { metadata: { name: string; ownerReferences?: { name: string }[] } }[] }>(
    `${APPS}/replicasets`,
  )
  const own = items.find(({ metadata }) => metadata.ownerReferences?.[0]?.name === 'spars')?.metadata.name ?? ''
  await inspector.open(`replicasets.apps/${NS}/${own}`)
  const related = inspector.details.getByRole('region', { name: 'Related' })
  await expect(related).toContainText('winds')
  // What only other collections tell is told here too: who answers, and that the policy is for somebody.
  await server.api.create(`/api/v1/namespaces/${NS}/services`, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'tackle' },
    spec: { selector: { app: 'spars' }, ports: [{ port: 80 }] },
  })
  await server.api.create(`/apis/networking.k8s.io/v1/namespaces/${NS}/networkpolicies`, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'fence' },
    spec: { podSelector: {} },
  })
  await inspector.open(`deployments.apps/${NS}/spars`)
  await expect(related.getByRole('row', { name: /tackle/ })).toContainText('Ready')
  await expect(related.getByRole('row', { name: /fence/ })).toContainText('Selects')
  await inspector.open(`replicasets.apps/${NS}/${own}`)
  await expect(related).toContainText('winds')
  await page.keyboard.press('s')
  await expect(notes).toContainText('Deployment spars made this and may set its own number again: scale that instead.')
})

test('another image, and back to the revision before, from the menu of the details', async ({ inspector, page, server }) => {
  await server.api.create(`${APPS}/deployments`, deployment('hull', 1))
  await available(server, 'hull', 1)
  await inspector.open(`deployments.apps/${NS}/hull`)
  const { dialog, details } = inspector
  const pick = async (name: string): Promise<void> => {
    await details.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('menuitem', { name, exact: false }).click()
  }
  await pick('Set image')
  await dialog.getByRole('textbox', { name: 'main' }).fill('registry.example/web:2')
  await expect(dialog.locator('.diff-line.added')).toHaveText([/image: registry.example\/web:2/])
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  await page.keyboard.press('Escape')
  await available(server, 'hull', 1)
  await pick('Roll back')
  // Pods come and go while one chooses: the object is another version, and its template the same.
  await expect(dialog.getByRole('radio')).toHaveCount(1)
  await server.api.merge(`${APPS}/deployments/hull`, { metadata: { annotations: { seen: 'meanwhile' } } })
  await dialog.getByRole('radio', { name: /^1 registry.example\/web:1/ }).click()
  await expect(dialog.locator('.diff-line.added')).toHaveText([/image: registry.example\/web:1/])
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  const { spec } = (await server.api.get(`${APPS}/deployments/hull`)) as {
    spec?: { template?: { spec?: { containers?: { image: string }[] } } }
  }
  expect(spec?.template?.spec?.containers?.[0]?.image).toBe('registry.example/web:1')
  expect(JSON.stringify(spec?.template)).not.toContain('pod-template-hash')
})

test('restart of several from the menu of a row: one that is paused is left alone, each has its own end', async ({
  inspector,
  page,
  server,
  faults,
}) => {
  for (const name of ['oar-a', 'oar-b', 'oar-c']) await server.api.create(`${APPS}/deployments`, deployment(name, 0))
  await server.api.merge(`${APPS}/deployments/oar-b`, { spec: { paused: true } })
  await inspector.open(`deployments.apps?ns=${NS}&q=oar`)
  for (const name of ['oar-a', 'oar-b', 'oar-c']) await inspector.row(new RegExp(name)).getByRole('checkbox').click()
  await inspector.row(/oar-b/).click({ button: 'right' })
  await expect(page.getByRole('menu')).toContainText('3 selected')
  // One revision of one object is no matter of three.
  await expect(page.getByRole('menuitem', { name: 'Roll back' })).toHaveCount(0)
  await page.getByRole('menuitem', { name: /^Restart/ }).click()
  const { dialog } = inspector
  const objects = dialog.getByRole('list', { name: 'Objects' })
  await expect(objects.getByRole('listitem').filter({ hasText: 'oar-b' })).toContainText('It is paused')
  await expect(objects.getByRole('listitem').filter({ hasText: 'oar-a' })).toContainText('would be changed')
  // Gone before the press: its error is told beside the other's end.
  await dialog.getByRole('button', { name: 'Apply to 2' }).isEnabled()
  await server.api.remove(`${APPS}/deployments/oar-c`)
  await dialog.getByRole('button', { name: 'Apply to 2' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed, 1 failed:')
  await expect(objects.getByRole('listitem').filter({ hasText: 'oar-c' })).toContainText('deployments.apps "oar-c" not found')
  const annotated = JSON.stringify(await server.api.get(`${APPS}/deployments/oar-a`))
  expect(annotated).toContain('kubectl.kubernetes.io/restartedAt')
  expect(JSON.stringify(await server.api.get(`${APPS}/deployments/oar-b`))).not.toContain('restartedAt')
  refusals(faults, 404)
})

test('labels: set, changed and removed together; what the server refuses is said before anything is written', async ({
  inspector,
  page,
  server,
  faults,
}) => {
  const MAPS = `/api/v1/namespaces/${NS}/configmaps`
  await server.api.create(MAPS, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'chart', labels: { sea: 'north', depth: '9' } } })
  await inspector.open(`configmaps/${NS}/chart`)
  // As fast as one types: the object may still be on its way, and logs are found by labels too.
  await inspector.palette('labels')
  await page.keyboard.press('Enter')
  const { dialog } = inspector
  await expect(dialog.getByRole('heading', { name: 'Labels: ConfigMap chart' })).toBeVisible()
  await dialog.getByRole('textbox', { name: 'sea' }).fill('no good!')
  await expect(dialog.getByRole('alert')).toContainText('a valid label must be')
  await expect(dialog.getByRole('button', { name: 'Apply' })).toBeDisabled()
  await dialog.getByRole('textbox', { name: 'sea' }).fill('baltic')
  await dialog.getByRole('button', { name: 'Remove depth' }).click()
  await dialog.getByRole('textbox', { name: 'key' }).fill('wind')
  await dialog.getByRole('textbox', { name: 'value' }).fill('west')
  await expect(dialog.locator('.diff-line.added')).toHaveText([/sea: baltic/, /wind: west/])
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get(`${MAPS}/chart`)).metadata.labels).toEqual({ sea: 'baltic', wind: 'west' })
  await dialog.getByRole('button', { name: 'Undo' }).click()
  await expect(dialog.locator('.diff-line.added')).toHaveText([/depth: "9"/, /sea: north/])
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get(`${MAPS}/chart`)).metadata.labels).toEqual({ sea: 'north', depth: '9' })
  refusals(faults, 422)
})

test('a CronJob is run now, suspended and resumed', async ({ inspector, page, server }) => {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'x' }] } }
  await server.api.create(`/apis/batch/v1/namespaces/${NS}/cronjobs`, {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'bell' },
    spec: { schedule: '0 0 29 2 *', jobTemplate: { metadata: { labels: { watch: 'dog' } }, spec: { template } } },
  })
  await inspector.open(`cronjobs.batch/${NS}/bell`)
  await expect(inspector.details).toContainText('0 0 29 2 *')
  // As its controller reckons it, which is the server's own.
  await expect(inspector.details).toContainText(/Next run\s*Feb 2[89], 20\d\d, .*in \S+; the schedule is taken as UTC/)
  await page.keyboard.press('t')
  const { dialog } = inspector
  await dialog.getByRole('textbox', { name: 'Name' }).fill('bell-by-hand')
  await expect(dialog.locator('.diff-line.added').filter({ hasText: 'kind: Job' })).toBeVisible()
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  const job = await server.api.get(`/apis/batch/v1/namespaces/${NS}/jobs/bell-by-hand`)
  expect(job.metadata).toMatchObject({
    labels: { watch: 'dog' },
    annotations: { 'cronjob.kubernetes.io/instantiate': 'manual' },
    ownerReferences: [{ kind: 'CronJob', name: 'bell', controller: true }],
  })
  await page.keyboard.press('Escape')
  await expect(dialog).toHaveCount(0)
  // Its logs are those of its Jobs; one that starts meanwhile is offered, and the log that is read stays what it is.
  await page.keyboard.press('l')
  const lines = inspector.details.getByRole('log').locator('.log-line')
  await expect(lines).toHaveCount(1)
  await page.keyboard.press('t')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('bell-again')
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  await page.keyboard.press('Escape')
  await expect(inspector.details).toContainText('Job bell-again has started since.')
  await expect(lines).toHaveCount(1)
  await inspector.details.getByRole('button', { name: 'Read it too' }).click()
  await expect(lines.filter({ hasText: 'bell-again' }).first()).toBeVisible()
  await expect(lines.filter({ hasText: 'bell-by-hand' }).first()).toBeVisible()
  await inspector.open(`cronjobs.batch/${NS}/bell`)
  await expect(inspector.details).toContainText('0 0 29 2 *')
  // One key for both directions.
  for (const suspended of [true, false]) {
    await expect(dialog).toHaveCount(0)
    await page.keyboard.press('p')
    await expect(dialog.getByRole('heading', { name: suspended ? 'Suspend: CronJob bell' : 'Resume: CronJob bell' })).toBeVisible()
    await dialog.getByRole('button', { name: 'Apply' }).click()
    await expect(dialog.getByRole('status')).toContainText('1 changed.')
    expect((await server.api.get(`/apis/batch/v1/namespaces/${NS}/cronjobs/bell`)).spec?.suspend).toBe(suspended)
    await expect(inspector.details.locator('.details-head')).toContainText(suspended ? 'Suspended' : 'NotScheduledYet')
    await page.keyboard.press('Escape')
    await expect(dialog).toHaveCount(0)
  }
})

test('cordon, taint and drain: budgets hold what they cover, one waits, stops, and goes on when they allow it', async ({
  inspector,
  page,
  server,
  node,
  faults,
}) => {
  await server.api.create(`${APPS}/deployments`, deployment('crew', 2))
  await available(server, 'crew', 2)
  await server.api.create(PODS, pod('stowaway'))
  // The answer of kube-apiserver 1.37 while a budget allows nothing: our server asks no budget yet.
  let allowed = false
  const held = "Cannot evict pod as it would violate the pod's disruption budget."
  await page.route('**/pods/crew-*/eviction?*', (route) =>
    allowed
      ? route.continue()
      : route.fulfill({
          status: 429,
          json: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason: 'TooManyRequests', code: 429, message: held },
        }),
  )
  await inspector.open(`nodes/_/${node}`)
  const { dialog } = inspector
  await expect(inspector.details.locator('.details-head')).toContainText('Ready')
  await page.keyboard.press('c')
  await expect(dialog.getByRole('heading', { name: `Cordon: Node ${node}` })).toBeVisible()
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  await page.keyboard.press('Escape')
  await expect(inspector.details.locator('.details-head')).toContainText('SchedulingDisabled')

  await inspector.palette('taints')
  // Actions are there once the object is.
  await expect(page.getByRole('option', { name: /taints/i }).first()).toBeVisible()
  await page.keyboard.press('Enter')
  await dialog.getByRole('textbox', { name: 'key' }).fill('refit')
  await dialog.getByRole('textbox', { name: 'value' }).fill('yes')
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get(`/api/v1/nodes/${node}`)).spec?.taints).toContainEqual(
    expect.objectContaining({ key: 'refit', value: 'yes', effect: 'NoSchedule' }),
  )
  await dialog.getByRole('button', { name: 'Undo' }).click()
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  await page.keyboard.press('Escape')

  await inspector.palette('drain')
  // Actions are there once the object is.
  await expect(page.getByRole('option', { name: /drain/i }).first()).toBeVisible()
  await page.keyboard.press('Enter')
  const crew = dialog.getByRole('listitem').filter({ hasText: `${NS}/crew-` })
  await expect(crew.first()).toContainText(held)
  // What is in the way is said, and stands first.
  await expect(dialog).toContainText('2 of them may not go now. The drain asks again until they may, or is stopped.')
  await expect(dialog.getByRole('listitem').nth(0)).toContainText(`${NS}/crew-`)
  await expect(dialog.getByRole('listitem').nth(1)).toContainText(`${NS}/crew-`)
  await expect(dialog.getByRole('listitem').nth(2)).toContainText('stowaway')
  await expect(dialog.getByRole('listitem').filter({ hasText: 'stowaway' })).toContainText('nothing makes it anew')
  const start = dialog.getByRole('button', { name: /^Drain: evict \d+ pods$/ })
  await expect(start).toBeDisabled()
  await dialog.getByRole('checkbox', { name: /that nothing makes anew/ }).check()
  await start.click()
  await expect(crew.first()).toContainText('held by a budget')
  await expect(dialog.getByRole('listitem').filter({ hasText: 'stowaway' })).toContainText('gone')
  // It goes on without its dialog, and shows in the status bar.
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(inspector.statusBar).toContainText(/Drain: Node .*: \d+ of \d+/)
  allowed = true
  await inspector.palette('drain')
  // Actions are there once the object is.
  await expect(page.getByRole('option', { name: /drain/i }).first()).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(dialog.getByRole('status')).toContainText('Drained.', { timeout: 60_000 })
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await expect(dialog).toHaveCount(0)
  await page.keyboard.press('c')
  await expect(dialog.getByRole('heading', { name: `Uncordon: Node ${node}` })).toBeVisible()
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  refusals(faults, 429)
})

test('values of a Secret are read and changed as text, hidden until somebody asks; a pod is deleted at once', async ({
  inspector,
  page,
  server,
}) => {
  const secrets = `/api/v1/namespaces/${NS}/secrets`
  const data = { user: Buffer.from('anna').toString('base64'), seal: '/w==' }
  await server.api.create(secrets, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'logbook' }, data })
  await inspector.open(`secrets/${NS}/logbook`)
  await expect(inspector.details).toContainText('Opaque')
  await page.keyboard.press('v')
  const { dialog } = inspector
  const user = dialog.getByRole('textbox', { name: 'user' })
  await expect(user).toHaveValue('')
  await expect(user).toHaveAttribute('placeholder', '4 bytes, hidden')
  await expect(dialog.getByRole('textbox', { name: 'seal' })).toBeDisabled()
  await dialog.getByText('Show the values').click()
  await expect(user).toHaveValue('anna')
  const oneLine = (await user.boundingBox())?.height ?? 0
  await user.fill('anna\nmarie')
  expect((await user.boundingBox())?.height).toBeGreaterThan(oneLine + 10)
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  const changed = await server.api.get<{ data: Record<string, string> }>(`${secrets}/logbook`)
  expect(changed.data).toEqual({ ...data, user: Buffer.from('anna\nmarie').toString('base64') })
  await dialog.getByRole('button', { name: 'Undo' }).click()
  await dialog.getByRole('button', { name: 'Apply' }).click()
  await expect(dialog.getByRole('status')).toContainText('1 changed.')
  expect((await server.api.get<{ data: object }>(`${secrets}/logbook`)).data).toEqual(data)
  await page.keyboard.press('Escape')
  // A value is saved as it is stored, also one that is no text.
  await inspector.open(`secrets/${NS}/logbook`)
  const value = page.waitForEvent('download')
  await inspector.details.getByRole('button', { name: 'Save seal as a file' }).click()
  expect(readFileSync(await (await value).path())).toEqual(Buffer.from(data.seal, 'base64'))
  // What is on screen is what is saved: its values are hidden.
  await inspector.open(`secrets/${NS}/logbook?tab=yaml`)
  const download = page.waitForEvent('download')
  await inspector.details.getByRole('button', { name: 'Save as a file' }).click()
  expect((await download).suggestedFilename()).toBe('logbook.yaml')

  // A finalizer does not keep a pod that nobody waits for longer than others; its kubelet would take its time.
  const slow = { metadata: { name: 'anchored', annotations: { 'simulated.binnacle.dev/ignore-sigterm': 'true' } } }
  const spec = { terminationGracePeriodSeconds: 3600, containers: [{ name: 'main', image: 'x' }] }
  await server.api.create(PODS, { apiVersion: 'v1', kind: 'Pod', ...slow, spec })
  await until('it runs', async () => (await server.api.get(`${PODS}/anchored`)).status?.phase === 'Running')
  await inspector.open(`pods/${NS}/anchored`)
  await expect(inspector.details).toContainText('Running')
  await page.keyboard.press('d')
  await dialog.getByRole('checkbox', { name: /^At once/ }).check()
  await expect(dialog).toContainText('The containers are not asked to stop first.')
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await until('it is gone', async () => {
    const { items } = await server.api.get<{ items: { metadata: { name: string } }[] }>(PODS)
    return !items.some(({ metadata }) => metadata.name === 'anchored')
  })
})

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

test('y reads the YAML of the row under the cursor', async ({ inspector, page, server }) => {
  const maps = `/api/v1/namespaces/${NS}/configmaps`
  await server.api.create(maps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'almanac' }, data: { tide: 'high' } })
  await inspector.open(`configmaps?ns=${NS}&q=almanac`)
  await expect(inspector.row(/almanac/)).toBeVisible()
  await page.keyboard.press('j')
  await page.keyboard.press('y')
  await expect(page).toHaveURL(/configmaps\/acts\/almanac.*tab=yaml/)
  await expect(inspector.details).toContainText('tide: high')
})
