import { bridge } from './bridge.ts'

/** Offers something as a file to save. In the desktop the shell asks where; a browser downloads. */
export async function save(name: string, content: Blob): Promise<void> {
  const safe = name.replace(/[/\\:*?"<>|]+/g, '_')
  if (bridge) {
    await bridge.saveFile(safe, new Uint8Array(await content.arrayBuffer()))
    return
  }
  const url = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = url
  link.download = safe
  link.click()
  // The download has its own hold on the data once it has begun.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
