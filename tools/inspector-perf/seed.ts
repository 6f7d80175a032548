import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { seedItem, seedNamespaces } from './objects.ts'

/** A seed of so many pods and their namespaces. */
export async function writeSeed(file: string, pods: number): Promise<void> {
  const out = createWriteStream(file)
  out.write('{"apiVersion":"v1","kind":"List","items":[')
  out.write(
    seedNamespaces()
      .map((o) => JSON.stringify(o))
      .join(',\n'),
  )
  for (let i = 0; i < pods; i++) if (!out.write(`,\n${JSON.stringify(seedItem(i))}`)) await once(out, 'drain')
  out.end(']}')
  await once(out, 'finish')
}
