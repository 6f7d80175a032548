import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hostEnv, hostNodeFlags } from './host-flags.mjs'
import { commandLine } from './command-line.ts'
import { which } from './programs.ts'
import { nodeBin, root, say } from './setup.mjs'

/**
 * `npm run --silent envtest [-- --embedded]`: writes a folder that serves as $KUBEBUILDER_ASSETS and prints its path. kube-apiserver is this
 * server; etcd is the real one where it is installed, otherwise, and with --embedded, a stand-in that has the server use its own store; kubectl
 * is there where it is installed.
 */
const { embedded } = commandLine('Writes a folder that serves as $KUBEBUILDER_ASSETS, and prints its path.', {
  embedded: { type: 'boolean', help: 'Even where etcd is installed, a stand-in for it: the server uses its own store.' },
}).values
const folder = join(root, 'dist', 'envtest')
const programs = join(root, 'dist', 'server')
const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

function script(name: string, ...command: string[]): void {
  const env = Object.entries(hostEnv).map(([key, value]) => `export ${key}=\${${key}:-${quote(value)}}\n`)
  const file = join(folder, name)
  writeFileSync(file, `#!/bin/sh\n${env.join('')}exec ${command.map(quote).join(' ')} "$@"\n`)
  chmodSync(file, 0o755)
}

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
script('kube-apiserver', nodeBin, ...hostNodeFlags, join(programs, 'main.mjs'), 'kube-apiserver')
const etcd = embedded ? undefined : which('etcd')
if (etcd === undefined) script('etcd', nodeBin, join(programs, 'etcd.mjs'))
else symlinkSync(etcd, join(folder, 'etcd'))
const kubectl = which('kubectl')
if (kubectl !== undefined) symlinkSync(kubectl, join(folder, 'kubectl'))
say(
  `etcd: ${etcd ?? "a stand-in; objects are in the server's own store"}. kubectl: ${kubectl ?? 'not installed; tests that start it will fail'}.`,
)
process.stdout.write(`${folder}\n`)
