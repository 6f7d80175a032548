import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { scratch } from '../../e2e/fixtures/scratch.ts'
import { type Bench, mebibytes, openWindow, usedHeap } from './bench.ts'
import { processesOf, residentKb } from './processes.ts'
import { startProduct } from './product.ts'
import { writeSeed } from './seed.ts'

const budgetMiB = 700
const objects = 100_000
const names = ['local', 'second', 'third'] as const

interface Kubeconfig {
  clusters: { name: string }[]
  users: { name: string }[]
  contexts: { name: string; context: { cluster: string; user: string } }[]
}

/** Three clusters with 100,000 pods together, all of them live in one window. */
export async function measureClusters(bench: Bench): Promise<void> {
  using dir = scratch()
  const seed = join(dir.path, 'seed.json')
  await writeSeed(seed, Math.ceil(objects / names.length))
  using second = await startProduct(bench.dist, { seed })
  using third = await startProduct(bench.dist, { seed })
  const kubeconfig = join(dir.path, 'config')
  writeFileSync(kubeconfig, stringify(together({ second: second.kubeconfig, third: third.kubeconfig })))
  using product = await startProduct(bench.dist, { seed, env: { KUBECONFIG: kubeconfig } })
  const page = await openWindow(bench, product)
  await page.evaluate((shown) => localStorage.setItem('binnacle.clusters.shown', JSON.stringify(shown)), names)
  await page.goto(`${product.origin}/c/local/clusters`)
  const count = Math.ceil(objects / names.length).toLocaleString('en-US')
  for (const name of names) {
    const card = page.getByRole('region', { name, exact: true })
    await card.getByText(`${count} pods`).waitFor({ timeout: 180_000 })
  }
  bench.note('three clusters, all there, from navigation', `${(await page.evaluate(() => performance.now() / 1000)).toFixed(1)} s`)
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const resident = residentKb((await processesOf(bench.browser, product.pid, undefined)).renderer) / 1024
  bench.note(
    `renderer with ${objects.toLocaleString('en-US')} pods of three clusters`,
    `${resident.toFixed(0)} MiB resident, page's heap ${mebibytes(await usedHeap(page))}`,
    `${budgetMiB} MiB`,
    resident < budgetMiB,
  )
  await page.context().close()
}

/** The contexts of several kubeconfigs under names of their own. */
function together(files: Record<string, string>): object {
  const all: Kubeconfig = { clusters: [], users: [], contexts: [] }
  for (const [name, file] of Object.entries(files)) {
    const { clusters, users } = parse(readFileSync(file, 'utf8')) as Kubeconfig
    all.clusters.push({ ...clusters[0], name })
    all.users.push({ ...users[0], name })
    all.contexts.push({ name, context: { cluster: name, user: name } })
  }
  return { apiVersion: 'v1', kind: 'Config', ...all }
}
