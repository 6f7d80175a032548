import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { endWithThis } from '../bench/contestants.ts'

export interface Said {
  failed: boolean
  /** What it wrote to stdout, and what to stderr when it failed. */
  output: string
}
export type Kubectl = (args: readonly string[], input?: string) => Promise<Said>

/** Lists of five hundred definitions are long. */
const MAX_OUTPUT = 512 * 1024 * 1024

/** kubectl of the folder `assets` with this kubeconfig. */
export const kubectlOf =
  (assets: string, kubeconfig: string): Kubectl =>
  (args, input) =>
    new Promise((resolve) => {
      const child = execFile(
        join(assets, 'kubectl'),
        [`--kubeconfig=${kubeconfig}`, ...args],
        { maxBuffer: MAX_OUTPUT },
        (error, stdout, stderr) =>
          resolve({ failed: error !== null, output: error === null ? stdout.trim() : `${stdout}${stderr}`.trim() }),
      )
      endWithThis(child)
      child.stdin?.end(input)
    })
