import { expect, type Locator } from '@playwright/test'
import { test } from '../fixtures/desktop.ts'
import { helmVersion, helmWith, writeChart } from '../fixtures/helm.ts'
import { scratch } from '../fixtures/scratch.ts'
import type { Inspector } from '../pages/inspector.ts'

const version = helmVersion()
test.skip(version === undefined || Number.parseInt(version) < 4, 'helm 4 is not installed; BINNACLE_HELM names it')

const map = (name: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}-${name}\ndata:\n  berths: "{{ .Values.berths }}"\n`
const templates = {
  'map.yaml': map('berths'),
  'crane.yaml': `{{- if .Values.crane }}\n${map('crane')}{{- end }}\n`,
  'service.yaml':
    'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n  selector: {app: quay}\n  ports: [{port: {{ .Values.port }}}]\n',
  'NOTES.txt': 'Mind the tide: {{ .Values.berths }} berths.\n',
}

interface Entry {
  revision: number
  status: string
  description: string
}

async function rollBack(inspector: Inspector, release: string, to: number): Promise<void> {
  await inspector.open(`helm/harbour/${release}?tab=history`)
  await inspector.details.getByRole('button', { name: `Roll back to ${to}` }).click()
  const { dialog } = inspector
  const go: Locator = dialog.getByRole('button', { name: 'Roll back', exact: true })
  await expect(go).toBeEnabled()
  await go.click()
  await expect(dialog).toContainText('Rolled back.')
  await dialog.getByRole('button', { name: 'Close' }).last().click()
}

test('helm goes on with a release that the window rolled back or uninstalled, and the window with one that helm did', async ({
  inspector,
  server,
  faults,
}) => {
  test.setTimeout(240_000)
  using dir = scratch()
  const helm = helmWith(server.kubeconfig, dir.path)
  const chart = writeChart(dir.path, 'quay', templates, 'berths: 1\ncrane: false\nport: 80\n')
  const at = ['--namespace', 'harbour']
  const json = async <T>(...args: string[]): Promise<T> => JSON.parse(await helm(...args, ...at, '--output', 'json')) as T
  const history = async (release: string): Promise<string[]> =>
    (await json<Entry[]>('history', release)).map(({ revision, status, description }) => `${revision} ${status}: ${description}`)
  const objects = async (kind: string): Promise<string[]> => {
    const { items } = await server.api.get<{ items: { metadata: { name: string } }[] }>(`/api/v1/namespaces/harbour/${kind}`)
    return items.map(({ metadata }) => metadata.name).filter((name) => name.startsWith('tug') || name.startsWith('buoy'))
  }
  const berths = async (name: string): Promise<string | undefined> =>
    (await server.api.get<{ data: Record<string, string> }>(`/api/v1/namespaces/harbour/configmaps/${name}`)).data.berths

  await helm('install', 'tug', chart, ...at, '--create-namespace')
  await helm('upgrade', 'tug', chart, ...at, '--set', 'berths=2,crane=true,port=81')
  await rollBack(inspector, 'tug', 1)

  // What helm makes of it.
  expect(await history('tug')).toEqual(['1 superseded: Install complete', '2 superseded: Upgrade complete', '3 deployed: Rollback to 1'])
  const status = await json<{ version: number; info: { status: string; notes: string } }>('status', 'tug')
  expect([status.version, status.info.status, status.info.notes.trim()]).toEqual([3, 'deployed', 'Mind the tide: 1 berths.'])
  expect(await json<object>('get', 'values', 'tug', '--all')).toMatchObject({ berths: 1, crane: false, port: 80 })
  expect(await helm('get', 'manifest', 'tug', ...at)).toContain('berths: "1"')
  expect([await objects('configmaps'), await berths('tug-berths')]).toEqual([['tug-berths'], '1'])
  expect((await json<{ name: string; revision: string }[]>('list')).map(({ name, revision }) => `${name} ${revision}`)).toEqual(['tug 3'])

  // helm upgrades and rolls back from there; the window shows it and rolls back once more.
  await helm('upgrade', 'tug', chart, ...at, '--set', 'berths=4')
  expect((await history('tug')).slice(2)).toEqual(['3 superseded: Rollback to 1', '4 deployed: Upgrade complete'])
  await helm('rollback', 'tug', '2', ...at)
  expect([await objects('configmaps'), await berths('tug-crane')]).toEqual([['tug-berths', 'tug-crane'], '2'])
  await inspector.open('helm/harbour/tug?tab=history')
  await expect(inspector.details.getByRole('row', { name: /^5 deployed/ })).toBeVisible()
  await rollBack(inspector, 'tug', 4)
  expect((await history('tug')).at(-1)).toBe('6 deployed: Rollback to 4')
  expect(await berths('tug-berths')).toBe('4')

  // helm uninstalls what the window rolled back: nothing of it stays.
  await helm('uninstall', 'tug', ...at)
  expect([await objects('configmaps'), await objects('services'), await json('list')]).toEqual([[], [], []])

  // And the window what helm installed; its name is free again.
  await helm('install', 'buoy', chart, ...at)
  await inspector.open('helm/harbour/buoy')
  await inspector.details.getByRole('button', { name: 'Uninstall' }).click()
  await inspector.dialog.getByRole('button', { name: 'Uninstall' }).click()
  await expect(inspector.dialog).toContainText('Uninstalled.')
  expect([await objects('configmaps'), await objects('services'), await json('list')]).toEqual([[], [], []])
  await expect(helm('status', 'buoy', ...at)).rejects.toThrow('not found')
  await helm('install', 'buoy', chart, ...at)
  expect(await history('buoy')).toEqual(['1 deployed: Install complete'])
  expect(faults.filter((fault) => !/status of (404|409)/.test(fault))).toEqual([])
  faults.length = 0
})
