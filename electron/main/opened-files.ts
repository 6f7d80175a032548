import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { OpenedFile } from '../ipc/contract.ts'
import { isKubeconfig } from './open-requests.ts'

/** What a person wrote or a tool made; the window's editor takes no more either. */
const mostBytes = 8 * 2 ** 20

export type ReadFile = { type: 'kubeconfig'; file: string } | { type: 'objects'; opened: OpenedFile } | { type: 'refused'; why: string }

/** Looks into a file that the system asks to open. */
export async function readOpened(file: string): Promise<ReadFile> {
  try {
    const { size } = await stat(file)
    if (size > mostBytes) return { type: 'refused', why: `${file} has ${size} bytes; at most ${mostBytes} can be opened.` }
    const text = new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file))
    return isKubeconfig(text) ? { type: 'kubeconfig', file } : { type: 'objects', opened: { name: basename(file), text } }
  } catch (e) {
    return { type: 'refused', why: `${file} could not be read: ${e instanceof Error ? e.message : String(e)}` }
  }
}

/** Files that wait until the page of their window takes them: it may not have loaded yet. */
export class WaitingFiles {
  readonly #of = new Map<number, OpenedFile[]>()

  add(contents: number, file: OpenedFile): void {
    this.#of.set(contents, [...(this.#of.get(contents) ?? []), file])
  }

  /** Those of a window, once. */
  take(contents: number): OpenedFile[] {
    const files = this.#of.get(contents) ?? []
    this.#of.delete(contents)
    return files
  }
}
